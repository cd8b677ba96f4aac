package io.velonx.gateway.auth;

import io.velonx.gateway.auth.TokenVerifier.Verification;

/** Decides whether a session cookie proves an identity. Threading: any thread; never blocks. */
@FunctionalInterface
public interface SessionVerifier {
  Verification verify(SessionCookie cookie);
}
