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
 * @param grants what the token allows in channels; null when nobody looks at that, or it says
 *     nothing of it
 */
public record Principal(
    String userId,
    @Nullable String name,
    @Nullable String picture,
    @Nullable Instant expiresAt,
    @Nullable Grants grants) {
  /** An identity whose token says nothing of channels. */
  public Principal(
      String userId, @Nullable String name, @Nullable String picture, @Nullable Instant expiresAt) {
    this(userId, name, picture, expiresAt, null);
  }

  public Principal {
    if (userId.isEmpty()) {
      throw new IllegalArgumentException("userId: empty (expected: the subject of a token)");
    }
  }
}
