package io.velonx.gateway.history;

import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.protocol.Position;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the subscribers of a channel were given without a place, while the backplane was away, until
 * it comes back with one. Threading: under the lock of its log.
 */
final class Unplaced {
  private final ArrayDeque<Entry> entries = new ArrayDeque<>(0);

  boolean isEmpty() {
    return entries.isEmpty();
  }

  void add(byte[] envelope, long nowNanos) {
    entries.add(new Entry(envelope, Stamp.open(envelope), null, nowNanos));
  }

  /** Whether that is what was given, with its place now; it is given up then. */
  boolean take(byte[] placed) {
    for (Iterator<Entry> all = entries.iterator(); all.hasNext(); ) {
      if (isPlaced(all.next().opened, placed)) {
        all.remove();
        return true;
      }
    }
    return false;
  }

  /** Whether one is the other with its place. */
  static boolean isPlaced(byte[] opened, byte[] placed) {
    return placed.length > opened.length
        && placed.length - opened.length <= Stamp.MAX_BYTES
        && Arrays.mismatch(opened, placed) == opened.length;
  }

  /** It will never have a place. */
  void remove(byte[] envelope) {
    entries.removeIf(entry -> entry.envelope == envelope);
  }

  /** It has that place, and comes back with it unless that was passed already. */
  void place(byte[] envelope, Position place) {
    for (int i = entries.size(); i > 0; i--) {
      Entry entry = entries.remove();
      entries.add(entry.envelope == envelope ? entry.at(place) : entry);
    }
  }

  /** Gives up what was passed without being met: it was read by others, or is lost. */
  void forgetPassed(String epoch, long last, String formerEpoch) {
    entries.removeIf(
        entry -> {
          Position place = entry.place;
          return place != null
              && ((place.epoch().equals(epoch) && place.offset() <= last)
                  || place.epoch().equals(formerEpoch));
        });
  }

  void forgetBefore(long nanos) {
    while (!entries.isEmpty() && entries.element().sinceNanos - nanos < 0) {
      entries.remove();
    }
  }

  /** What is not among those that have a place, in order. */
  List<byte[]> allBut(List<byte[]> placed) {
    return entries.stream()
        .filter(entry -> placed.stream().noneMatch(each -> isPlaced(entry.opened, each)))
        .map(Entry::envelope)
        .toList();
  }

  /** All of it, in order. */
  List<byte[]> all() {
    return entries.stream().map(Entry::envelope).toList();
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(byte[] envelope, byte[] opened, @Nullable Position place, long sinceNanos) {
    Entry at(Position itsPlace) {
      return new Entry(envelope, opened, itsPlace, sinceNanos);
    }
  }
}
