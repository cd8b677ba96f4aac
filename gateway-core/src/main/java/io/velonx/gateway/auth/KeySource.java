package io.velonx.gateway.auth;

import java.security.PublicKey;
import org.jspecify.annotations.Nullable;

/** The public keys that sign tokens. Threading: any thread; never blocks. */
@FunctionalInterface
public interface KeySource {
  KeySource NONE = (kid, algorithm) -> null;

  /**
   * The key that signs with that algorithm, or null when there is none.
   *
   * @param kid only tells our keys apart; null when the token does not say
   */
  @Nullable PublicKey find(@Nullable String kid, JwtAlgorithm algorithm);
}
