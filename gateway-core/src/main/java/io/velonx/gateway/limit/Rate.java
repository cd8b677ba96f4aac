package io.velonx.gateway.limit;

import java.util.concurrent.TimeUnit;

/**
 * So many a second in the long run, and so many at once: a token bucket whose whole state is one
 * number, the time at which it is full again (the generic cell rate algorithm). Whoever counts
 * keeps that number; 0 stands for a bucket that was never used. Immutable.
 *
 * @param perSecond tokens that come back in a second; 0 for no limit
 * @param burst tokens of a full bucket
 */
public record Rate(int perSecond, int burst) {
  /** As often as one likes. */
  public static final Rate UNLIMITED = new Rate(0, 0);

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  public Rate {
    if (perSecond < 0 || perSecond > 1_000_000) {
      throw new IllegalArgumentException("perSecond: " + perSecond + " (expected: 0 to 1000000)");
    }
    if (perSecond == 0 ? burst != 0 : burst < 1 || burst > 1_000_000) {
      throw new IllegalArgumentException("burst: " + burst + " (expected: 1 to 1000000)");
    }
  }

  public boolean isLimited() {
    return perSecond > 0;
  }

  /** Nanoseconds until there is a token; 0 when there is one. */
  public long waitNanos(long fullAt, long now) {
    return isLimited() ? Math.max(0, from(fullAt, now) - now - (burst - 1) * intervalNanos()) : 0;
  }

  /** When the bucket is full again after one token was taken. */
  public long charged(long fullAt, long now) {
    return isLimited() ? from(fullAt, now) + intervalNanos() : fullAt;
  }

  /** Nanoseconds in which one token comes back. */
  public long intervalNanos() {
    return SECOND / perSecond;
  }

  /** For people: {@code 50 a second, 100 at once}. */
  @Override
  public String toString() {
    return isLimited() ? perSecond + " a second, " + burst + " at once" : "no limit";
  }

  private static long from(long fullAt, long now) {
    return fullAt == 0 || fullAt - now < 0 ? now : fullAt;
  }
}
