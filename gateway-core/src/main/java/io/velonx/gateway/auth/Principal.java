package io.velonx.gateway.auth;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The verified identity behind a connection.
 *
 * @param userId the token's {@code sub}, never empty
 * @param name how the user is shown to others; null when the token has none
 * @param picture the address of the user's image; null when the token has none
 * @param expiresAt when the token ends; null when it never does
 */
public record Principal(
    String userId, @Nullable String name, @Nullable String picture, @Nullable Instant expiresAt) {
  public Principal {
    if (userId.isEmpty()) {
      throw new IllegalArgumentException("userId: empty (expected: the subject of a token)");
    }
  }
}
