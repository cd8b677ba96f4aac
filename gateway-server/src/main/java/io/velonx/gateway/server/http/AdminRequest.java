package io.velonx.gateway.server.http;

import org.jspecify.annotations.Nullable;

/**
 * A request on the admin port. Immutable by agreement: nobody changes the body.
 *
 * @param path still percent-encoded, without the query
 * @param query what follows the question mark; empty when there is none
 * @param contentType empty when there is none
 * @param idempotencyKey null when there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AdminRequest(
    String method,
    String path,
    String query,
    String contentType,
    @Nullable String idempotencyKey,
    byte[] body) {}
