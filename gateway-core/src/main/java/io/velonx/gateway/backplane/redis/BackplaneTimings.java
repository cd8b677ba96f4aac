package io.velonx.gateway.backplane.redis;

import java.time.Duration;

/**
 * How long the backplane waits for what.
 *
 * @param leaseTtl how long a node counts as alive after its last renewal
 * @param leaseRenewal how often a node renews its lease and looks for dead ones
 * @param linger how long a topic is kept after its last subscriber left
 * @param commandTimeout how long an answer of Redis may take
 */
public record BackplaneTimings(
    Duration leaseTtl, Duration leaseRenewal, Duration linger, Duration commandTimeout) {
  /**
   * A lease of 5 s survives four lost renewals of 1 s and, with one more second until a survivor
   * looks, leaves 4 s for taking out the users before the 10 s that ghosts may stay. A page that
   * reloads is back within 30 s, which then costs nothing. Redis answers within milliseconds; 2 s
   * is an outage, and as long as a health check waits.
   */
  public static final BackplaneTimings DEFAULT =
      new BackplaneTimings(
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          Duration.ofSeconds(2));

  public BackplaneTimings {
    requirePositive("leaseRenewal", leaseRenewal);
    requirePositive("commandTimeout", commandTimeout);
    if (linger.isNegative()) {
      throw new IllegalArgumentException("linger: " + linger + " (expected: >= 0)");
    }
    if (leaseTtl.compareTo(leaseRenewal.multipliedBy(2)) < 0) {
      throw new IllegalArgumentException(
          "leaseTtl: " + leaseTtl + " (expected: at least two renewals of " + leaseRenewal + ")");
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }
}
