package io.velonx.gateway.fanout;

import org.jspecify.annotations.Nullable;

/**
 * What a channel, or all of them, took of one event loop within one span of time.
 *
 * <p>Each span has an object of its own, made when something is sent in it: so nothing is ever set
 * back to zero, and who reads a span that is over races with nobody. Two spans are kept.
 *
 * <p>Threading: written on that loop only, with plain writes; any thread reads, and may see numbers
 * that are a moment old.
 */
final class Cost {
  /** Short enough to show who is loud now, long enough to be steady. */
  static final long SPAN_NANOS = 5_000_000_000L;

  /**
   * How many octets are as dear as one write. An estimate: a write is a system call for each
   * socket, octets are copied by the kernel.
   */
  private static final int OCTETS_OF_A_WRITE = 4096;

  private final int span;
  private @Nullable Cost before;
  private int publications;
  private int deliveries;
  private int writes;
  private long octets;
  private long nanos;

  private Cost(int span, @Nullable Cost before) {
    this.span = span;
    this.before = before;
  }

  static int spanOf(long nanoTime) {
    return (int) Math.floorDiv(nanoTime, SPAN_NANOS);
  }

  /** That of the span: the latest, or a new one behind it. */
  static Cost in(int span, @Nullable Cost latest) {
    if (latest != null && latest.span == span) {
      return latest;
    }
    if (latest != null) {
      latest.before = null;
    }
    return new Cost(span, latest);
  }

  /** That of the span, as far as it is kept. Threading: any thread. */
  static @Nullable Cost find(int span, @Nullable Cost latest) {
    Cost found = latest == null || latest.span == span ? latest : latest.before;
    return found != null && found.span == span ? found : null;
  }

  void add(int morePublications, int moreDeliveries, int moreWrites, long moreOctets) {
    publications += morePublications;
    deliveries += moreDeliveries;
    writes += moreWrites;
    octets += moreOctets;
  }

  void addNanos(long moreNanos) {
    nanos += moreNanos;
  }

  int publications() {
    return publications;
  }

  int deliveries() {
    return deliveries;
  }

  long octets() {
    return octets;
  }

  /** Time of the loop, as far as it was measured. */
  long nanos() {
    return nanos;
  }

  /** What the work is taken for, in octets. */
  long weight() {
    return (long) writes * OCTETS_OF_A_WRITE + octets;
  }
}
