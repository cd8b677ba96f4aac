package io.velonx.gateway.loadtest.publish;

/**
 * Publications that not all their subscribers have yet; never more than a limit.
 *
 * <p>Threading: one event loop.
 */
final class Window {
  private final int limit;
  private final int[] parties;
  private final int publishers;
  private final int slots;
  private final long[] ring;
  private int open;
  private long writtenOff;
  private long lastNanos = System.nanoTime();

  /**
   * @param parties how many event loops have to report each room
   */
  Window(int limit, int[] parties, int publishers) {
    if (limit < 1) {
      throw new IllegalArgumentException("window: " + limit + " (expected: > 0)");
    }
    this.limit = limit;
    this.parties = parties;
    this.publishers = publishers;
    slots = Integer.highestOneBit(Math.max(1, 2 * limit - 1));
    ring = new long[Math.multiplyExact(parties.length * publishers, slots)];
  }

  boolean isFull() {
    return open >= limit;
  }

  void published(int publisher, int room, int sequence, long nowNanos) {
    if (open == 0) {
      lastNanos = nowNanos;
    }
    if (parties[room] > 0) {
      ring[at(publisher, room, sequence)] = (long) sequence << 32 | parties[room];
      open++;
    }
  }

  /** One event loop has it; ignored when it was written off. */
  void completed(int publisher, int room, int sequence, long nowNanos) {
    int at = at(publisher, room, sequence);
    if (ring[at] >>> 32 != sequence || (int) ring[at] == 0) {
      return;
    }
    ring[at]--;
    if ((int) ring[at] == 0) {
      ring[at] = 0;
      open--;
      lastNanos = nowNanos;
    }
  }

  /** Forgets what is still open when nothing was completed for that long. */
  boolean writeOff(long nowNanos, long stallNanos) {
    if (open == 0 || nowNanos - lastNanos < stallNanos) {
      return false;
    }
    writtenOff += open;
    open = 0;
    java.util.Arrays.fill(ring, 0);
    return true;
  }

  /** Publications that were given up. */
  long writtenOff() {
    return writtenOff;
  }

  private int at(int publisher, int room, int sequence) {
    return (room * publishers + publisher) * slots + (sequence & (slots - 1));
  }
}
