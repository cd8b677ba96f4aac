package io.velonx.gateway.auth;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The verified identity behind a connection.
 *
 * @param userId the token's {@code sub}, never empty
 * @param name how the user is shown to others; null when the token has none
 * @param picture the address of the user's image; null when the token has none
 * @param credential what proved it; null when that never ends and cannot be told from others
 * @param grants what the token allows in channels; null when nobody looks at that, or it says
 *     nothing of it
 */
public record Principal(
    String userId,
    @Nullable String name,
    @Nullable String picture,
    @Nullable Credential credential,
    @Nullable Grants grants) {
  /** An identity whose token says nothing of channels. */
  public Principal(
      String userId,
      @Nullable String name,
      @Nullable String picture,
      @Nullable Credential credential) {
    this(userId, name, picture, credential, null);
  }

  public Principal {
    if (userId.isEmpty()) {
      throw new IllegalArgumentException("userId: empty (expected: the subject of a token)");
    }
  }

  /** When the token ends; {@link Credential#NEVER} when it never does. */
  public long expiresAtMillis() {
    return credential == null ? Credential.NEVER : credential.expiresAtMillis();
  }

  /** As {@link #expiresAtMillis}, for people; null when it never ends. */
  public @Nullable Instant expiresAt() {
    long millis = expiresAtMillis();
    return millis == Credential.NEVER ? null : Instant.ofEpochMilli(millis);
  }
}
