package io.velonx.gateway.server.http;

/**
 * A request on the admin port. Immutable by agreement: nobody changes the body.
 *
 * @param path still percent-encoded, without the query
 * @param contentType empty when there is none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record AdminRequest(String method, String path, String contentType, byte[] body) {}
