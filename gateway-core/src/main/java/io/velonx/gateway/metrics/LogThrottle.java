package io.velonx.gateway.metrics;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Lets a warning that can repeat through once in ten seconds. Threading: any thread. */
public final class LogThrottle {
  private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final AtomicLong nextNanos = new AtomicLong(System.nanoTime());
  private final AtomicLong suppressed = new AtomicLong();

  /** Whether the warning may be logged now; if not, it is counted. */
  public boolean mayLog() {
    long now = System.nanoTime();
    long next = nextNanos.get();
    if (now - next >= 0 && nextNanos.compareAndSet(next, now + INTERVAL_NANOS)) {
      return true;
    }
    suppressed.incrementAndGet();
    return false;
  }

  /** How many were left out since this was last asked. */
  public long suppressed() {
    return suppressed.getAndSet(0);
  }
}
