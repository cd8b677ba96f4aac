package io.velonx.gateway.backplane.redis;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Growing pauses between attempts, spread so that nodes do not return in step. */
final class Backoff {
  private final long firstMillis;
  private final long mostMillis;
  private final RandomGenerator random;

  Backoff(Duration first, Duration most, RandomGenerator random) {
    firstMillis = first.toMillis();
    mostMillis = most.toMillis();
    this.random = random;
  }

  /** The pause after so many failures: doubled each time up to the cap, then halved at most. */
  Duration after(int failures) {
    long full = Math.min(mostMillis, firstMillis << Math.min(20, Math.max(0, failures - 1)));
    return Duration.ofMillis(full / 2 + random.nextLong(full / 2 + 1));
  }
}
