package io.velonx.gateway.auth;

import org.jspecify.annotations.Nullable;

/**
 * What lets somebody in.
 *
 * @param sessions null when session cookies are not looked at
 * @param origins the web pages that may log in; cookies need a list, because browsers send them
 *     whatever page asks
 */
public record LoginPolicy(
    TokenVerifier tokens, @Nullable SessionVerifier sessions, Origins origins) {
  public LoginPolicy {
    if (sessions != null && !origins.isListed()) {
      throw new IllegalArgumentException("origins: none (expected: a list, for session cookies)");
    }
  }

  /** Tokens only, from anywhere. */
  public static LoginPolicy tokensOnly(TokenVerifier tokens) {
    return new LoginPolicy(tokens, null, Origins.ANY);
  }

  /** The same, but not for those who are revoked. */
  public LoginPolicy heeding(Revocations revocations) {
    SessionVerifier own = sessions;
    return new LoginPolicy(
        token -> revocations.heeded(tokens.verify(token)),
        own == null ? null : cookie -> revocations.heeded(own.verify(cookie)),
        origins);
  }
}
