package io.velonx.gateway.loadtest.measure;

/**
 * When each of a row of events at a fixed rate is due, whenever the one before it happened. A late
 * event keeps its time, so that lateness is measured and not forgiven.
 */
public record Pace(long startNanos, double perSecond) {
  private static final double NANOS = 1e9;

  public Pace {
    if (!(perSecond > 0)) {
      throw new IllegalArgumentException("rate: " + perSecond + " (expected: > 0)");
    }
  }

  /** How many events are due until that time. */
  public long dueUntil(long nanos) {
    return nanos < startNanos ? 0 : 1 + (long) ((nanos - startNanos) / NANOS * perSecond);
  }

  /** When event number {@code n}, from 0, is due. */
  public long dueNanos(long n) {
    return startNanos + (long) (n * NANOS / perSecond);
  }
}
