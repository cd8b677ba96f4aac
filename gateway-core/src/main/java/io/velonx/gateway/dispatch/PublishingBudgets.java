package io.velonx.gateway.dispatch;

import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.limit.Rate;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How much users may still publish. This node decides by what it knows, at once; what it takes is
 * counted in the backplane too, and the answer tells what the user took on other nodes. So nobody
 * waits for a round trip; a user who publishes on several nodes at once gets through what is under
 * way to each of them at most, and while the backplane is away each node counts alone. Threading:
 * any thread.
 */
public final class PublishingBudgets {
  private static final String ACTION = "publish";

  private final Rate rate;
  private final Backplane backplane;

  /** When the bucket of a user is full again; who is not here has a full one. */
  private final ConcurrentHashMap<String, Long> fullAt = new ConcurrentHashMap<>();

  public PublishingBudgets(Rate rate, Backplane backplane) {
    this.rate = rate;
    this.backplane = backplane;
  }

  Rate rate() {
    return rate;
  }

  /**
   * Takes one publication of a user.
   *
   * @return 0 when it may be published; else the nanoseconds until the next one may
   */
  long take(String userId) {
    if (!rate.isLimited()) {
      return 0;
    }
    long now = System.nanoTime();
    long[] wait = new long[1];
    fullAt.compute(
        userId,
        (user, known) -> {
          long full = known == null ? 0 : known;
          wait[0] = rate.waitNanos(full, now);
          return wait[0] > 0 ? known : rate.charged(full, now);
        });
    if (wait[0] == 0) {
      backplane.charge(userId, ACTION, rate).thenAccept(debt -> learn(userId, debt));
    }
    return wait[0];
  }

  /** Forgets users who may publish as much as ever. */
  public void sweep() {
    long now = System.nanoTime();
    fullAt.values().removeIf(full -> full - now <= 0);
  }

  private void learn(String userId, long debtNanos) {
    if (debtNanos > 0) {
      long full = System.nanoTime() + debtNanos;
      fullAt.merge(userId, full, (known, learned) -> known - learned > 0 ? known : learned);
    }
  }
}
