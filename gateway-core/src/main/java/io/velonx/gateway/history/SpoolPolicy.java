package io.velonx.gateway.history;

import java.time.Duration;

/**
 * How much a node keeps of what the backplane cannot take.
 *
 * @param messages the most publications; 0 keeps none
 * @param octets the most they may hold together
 * @param age how long one is kept at most
 */
public record SpoolPolicy(int messages, long octets, Duration age) {
  /** A repetition is still known as one when the oldest publication is sent. */
  public static final Duration LONGEST = Duration.ofMinutes(2);

  private static final long MAX_OCTETS = 2L << 30;

  public static final SpoolPolicy NONE = new SpoolPolicy(0, 1, Duration.ofSeconds(1));

  /**
   * A busy node's chat while Redis restarts or fails over. Who is away for longer has more to mend
   * than a spool, and what is older than half a minute arrives as a surprise.
   */
  public static final SpoolPolicy DEFAULT =
      new SpoolPolicy(10_000, 16L * 1024 * 1024, Duration.ofSeconds(30));

  public SpoolPolicy {
    if (messages < 0 || messages > 1_000_000) {
      throw new IllegalArgumentException("messages: " + messages + " (expected: 0 to 1000000)");
    }
    if (octets < 1 || octets > MAX_OCTETS) {
      throw new IllegalArgumentException(
          "octets: " + octets + " (expected: 1 to " + MAX_OCTETS + ")");
    }
    if (age.toMillis() < 1 || age.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException("age: " + age + " (expected: 1 ms to 2 min)");
    }
  }
}
