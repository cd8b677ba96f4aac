package io.velonx.gateway.history;

import io.velonx.gateway.protocol.Position;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Predicate;

/**
 * Publications that came too early, until what belongs in front of them is there.
 *
 * <p>Bounded: when it overflows it is emptied, because all of it can be read again. Threading:
 * under the lock of its log.
 */
final class Held {
  private static final int MAX_ENTRIES = 256;
  private static final int MAX_OCTETS = 1024 * 1024;

  private final ArrayDeque<Entry> entries = new ArrayDeque<>(0);
  private int octets;

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /**
   * @param read the number of the last read begun before it came
   */
  void add(Position position, byte[] envelope, int read) {
    if (entries.size() >= MAX_ENTRIES || octets + envelope.length > MAX_OCTETS) {
      entries.clear();
      octets = 0;
    }
    entries.add(new Entry(position, envelope, read));
    octets += envelope.length;
  }

  /** Goes through them in the order they came, and drops those for which it says so. */
  void removeIf(Predicate<Entry> done) {
    for (Iterator<Entry> all = entries.iterator(); all.hasNext(); ) {
      Entry entry = all.next();
      if (done.test(entry)) {
        octets -= entry.envelope.length;
        all.remove();
      }
    }
  }

  /** The lowest offset in that epoch; {@link Long#MAX_VALUE} when there is none. */
  long lowest(String epoch) {
    return entries.stream()
        .filter(entry -> entry.position.epoch().equals(epoch))
        .mapToLong(entry -> entry.position.offset())
        .min()
        .orElse(Long.MAX_VALUE);
  }

  /** The highest offset in that epoch; 0 when there is none. */
  long highest(String epoch) {
    return entries.stream()
        .filter(entry -> entry.position.epoch().equals(epoch))
        .mapToLong(entry -> entry.position.offset())
        .max()
        .orElse(0);
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Entry(Position position, byte[] envelope, int read) {}
}
