package io.velonx.gateway.backplane;

import java.time.Duration;

/**
 * How much of a log is kept: what exceeds either bound is forgotten, oldest first.
 *
 * @param messages the most entries; 0 keeps none, and nothing is numbered then
 * @param age how long an entry is kept at most
 */
public record Retention(int messages, Duration age) {
  /** A whole window is read at once. */
  public static final int MAX_MESSAGES = 1_000;

  public static final Retention NONE = new Retention(0, Duration.ofMillis(1));

  /** Enough for a night's chat of most rooms, about 30 kB each, and for any reconnect. */
  public static final Retention DEFAULT = new Retention(100, Duration.ofHours(1));

  /** Who comes back within a week finds what he was told, about 100 kB for the busiest. */
  public static final Retention INBOX = new Retention(200, Duration.ofDays(7));

  public Retention {
    if (messages < 0 || messages > MAX_MESSAGES) {
      throw new IllegalArgumentException(
          "messages: " + messages + " (expected: 0 to " + MAX_MESSAGES + ")");
    }
    if (age.toMillis() < 1 || age.compareTo(Duration.ofDays(7)) > 0) {
      throw new IllegalArgumentException("age: " + age + " (expected: 1 ms to 7 days)");
    }
  }

  public boolean keepsNothing() {
    return messages == 0;
  }
}
