package io.velonx.gateway.backplane.local;

import io.velonx.gateway.backplane.Bookmark;
import io.velonx.gateway.backplane.LogSlice;
import io.velonx.gateway.protocol.Position;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The entries of one log that are still kept. Threading: one thread at a time. */
final class LocalLog {
  private final String epoch;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private final Map<String, Reader> readers = new LinkedHashMap<>();
  private long tip;
  private long octets;

  /** What stands up to there, every reader has acknowledged. */
  private long floor;

  LocalLog(String epoch) {
    this.epoch = epoch;
  }

  /** Octets of what is kept. */
  long octets() {
    return octets;
  }

  /** Where the next entry will stand. */
  Position next() {
    return new Position(epoch, tip + 1);
  }

  /** Adds the next entry, and forgets what is more than {@code most}. */
  void add(byte[] envelope, long expiresMillis, int most) {
    tip++;
    entries.add(new Entry(envelope, expiresMillis));
    octets += envelope.length;
    while (entries.size() > most) {
      forgetFirst();
    }
  }

  void forgetOlderThan(long nowMillis) {
    for (Entry first = entries.peek();
        first != null && first.expiresMillis <= nowMillis;
        first = entries.peek()) {
      forgetFirst();
    }
  }

  LogSlice read(long after, int limit) {
    long oldest = tip - entries.size() + 1;
    long from = Math.max((after < 0 ? tip + after : after) + 1, oldest);
    List<byte[]> found =
        entries.stream().skip(from - oldest).limit(limit).map(Entry::envelope).toList();
    return new LogSlice(epoch, tip, from, oldest, found);
  }

  /** Notes how far a reader has come, and forgets what every reader has. */
  Bookmark mark(String name, @Nullable Position upTo, long nowMillis) {
    Reader before = readers.remove(name);
    long at = before == null ? floor : before.offset;
    boolean lost = upTo != null && !upTo.epoch().equals(epoch);
    if (upTo != null && !lost) {
      lost = upTo.offset() > tip || (before == null && upTo.offset() < floor);
      at = Math.max(at, Math.min(upTo.offset(), tip));
    }
    readers.put(name, new Reader(at, nowMillis));
    readers.values().removeIf(reader -> reader.seenMillis <= nowMillis - Bookmark.LIFE.toMillis());
    if (readers.size() > Bookmark.MAX_READERS) {
      readers.entrySet().stream()
          .filter(each -> !each.getKey().equals(name))
          .min(Comparator.comparingLong(each -> each.getValue().seenMillis))
          .ifPresent(eldest -> readers.remove(eldest.getKey()));
    }
    floor = Math.max(floor, readers.values().stream().mapToLong(Reader::offset).min().orElse(at));
    while (!entries.isEmpty() && tip - entries.size() + 1 <= floor) {
      forgetFirst();
    }
    return new Bookmark(new Position(epoch, at), lost);
  }

  private void forgetFirst() {
    octets -= entries.remove().envelope.length;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(byte[] envelope, long expiresMillis) {}

  private record Reader(long offset, long seenMillis) {}
}
