package io.velonx.gateway.limit;

import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Why an upgrade is refused for a limit.
 *
 * @param text one sentence naming the limit and its value
 * @param retryAfterSeconds when it may be tried again
 */
public record Refusal(Reason reason, String text, int retryAfterSeconds) {
  /** A refusal whose time to wait is spread, so that those refused together come back apart. */
  public static Refusal of(Reason reason, String text) {
    int wait = reason.retryAfterSeconds;
    return new Refusal(reason, text, wait + ThreadLocalRandom.current().nextInt(wait + 1));
  }

  /** The limits before the 101. */
  public enum Reason {
    /** This node has as many sockets as it may. */
    NODE(503, 5),
    /** More upgrades a second than leave time for those who are connected. */
    ACCEPTS(503, 2),
    /** The node is short of memory or of time. */
    OVERLOAD(503, 5),
    /** One address has as many sockets as it may. */
    ADDRESS(429, 10),
    /** One address brought too many bad tokens. */
    FAILURES(429, 5),
    /** The user has as many connections as he may. */
    USER(429, 10);

    private final int status;
    private final int retryAfterSeconds;

    Reason(int status, int retryAfterSeconds) {
      this.status = status;
      this.retryAfterSeconds = retryAfterSeconds;
    }

    /** The HTTP status of the answer. */
    public int status() {
      return status;
    }

    /** As it stands in the name of its counter. */
    public String metric() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
