package io.velonx.gateway.auth;

import org.jspecify.annotations.Nullable;

/**
 * What matters of a token after it was verified: how long it holds, and by what it can be revoked.
 *
 * @param issuedAtMillis 0 when the token does not say
 * @param expiresAtMillis {@link #NEVER} when it has no end
 * @param sessionId its {@code sid}; null when it has none
 * @param tokenId its {@code jti}; null when it has none
 */
public record Credential(
    long issuedAtMillis,
    long expiresAtMillis,
    @Nullable String sessionId,
    @Nullable String tokenId) {
  public static final long NEVER = Long.MAX_VALUE;
}
