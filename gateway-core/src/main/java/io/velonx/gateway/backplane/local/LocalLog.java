package io.velonx.gateway.backplane.local;

import io.velonx.gateway.backplane.LogSlice;
import io.velonx.gateway.protocol.Position;
import java.util.ArrayDeque;
import java.util.List;

/** The entries of one log that are still kept. Threading: one thread at a time. */
final class LocalLog {
  private final String epoch;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private long tip;
  private long octets;

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

  private void forgetFirst() {
    octets -= entries.remove().envelope.length;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(byte[] envelope, long expiresMillis) {}
}
