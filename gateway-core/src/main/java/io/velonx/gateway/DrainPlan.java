package io.velonx.gateway;

import java.time.Duration;

/**
 * How a node is emptied.
 *
 * @param closesPerSecond how many clients are sent away in a second; more when the time would not
 *     do otherwise
 * @param timeout who has not left by then loses the socket
 */
public record DrainPlan(int closesPerSecond, Duration timeout) {
  /** Comfortable for the nodes that take the clients over. */
  public static final int DEFAULT_CLOSES_PER_SECOND = 2_000;

  /** Checks both. */
  public DrainPlan {
    if (closesPerSecond < 1) {
      throw new IllegalArgumentException(
          "closesPerSecond: " + closesPerSecond + " (expected: > 0)");
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
    }
  }
}
