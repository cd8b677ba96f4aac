package io.velonx.gateway.loadtest.swarm;

/**
 * Counts how many subscribers of one event loop have each of the last publications, and tells when
 * that is all of them.
 *
 * <p>A ring of slots per stream; a slot holds the sequence it counts, so that a publication some
 * never got is forgotten when its slot is needed again.
 *
 * <p>Threading: that event loop.
 */
final class Arrivals {
  private final int[] subscribers;
  private final int publishers;
  private final int slots;
  private final long[] ring;
  private final Completions completions;

  /**
   * @param subscribers of each room, on this event loop
   * @param window how many publications may be on their way
   */
  Arrivals(int[] subscribers, int publishers, int window, Completions completions) {
    this.subscribers = subscribers;
    this.publishers = publishers;
    this.completions = completions;
    slots = Integer.highestOneBit(Math.max(1, 4 * window - 1));
    ring = new long[Math.multiplyExact(subscribers.length * publishers, slots)];
  }

  void arrived(int publisher, int room, int sequence) {
    int at = (room * publishers + publisher) * slots + (sequence & (slots - 1));
    long fresh = (long) sequence << 32 | 1;
    long counted = ring[at] >>> 32 == sequence ? ring[at] + 1 : fresh;
    ring[at] = counted;
    if ((int) counted == subscribers[room]) {
      completions.completed(publisher, room, sequence);
    }
  }
}
