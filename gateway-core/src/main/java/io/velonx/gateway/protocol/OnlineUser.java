package io.velonx.gateway.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Somebody who is online.
 *
 * @param userName how he is shown to others; null when no node knows him
 * @param status null when no node knows him: a back end counted him in, or he has lost his last
 *     connection a moment ago
 */
public record OnlineUser(String userId, @Nullable String userName, @Nullable UserStatus status) {}
