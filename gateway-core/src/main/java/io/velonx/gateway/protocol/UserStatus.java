package io.velonx.gateway.protocol;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a user who is online says of his attention. */
public enum UserStatus {
  ACTIVE,
  AWAY;

  private final String text = name().toLowerCase(Locale.ROOT);

  /** The status with that text, or null when there is none. */
  public static @Nullable UserStatus parse(String text) {
    for (UserStatus status : values()) {
      if (status.text.equals(text)) {
        return status;
      }
    }
    return null;
  }

  /** As it is written in envelopes. */
  @JsonValue
  public String text() {
    return text;
  }
}
