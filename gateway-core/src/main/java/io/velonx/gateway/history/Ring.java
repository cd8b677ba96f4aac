package io.velonx.gateway.history;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The newest publications of one channel, without gaps: who was away for a moment is served from
 * here. Bounded by count, octets and age, and by what all rings may hold. Threading: under the lock
 * of its log.
 */
final class Ring {
  /** A room that says ten things a second covers six seconds of a reconnect. */
  static final int MAX_ENTRIES = 64;

  static final int MAX_OCTETS = 64 * 1024;

  private final RingBudget budget;
  private final int mostEntries;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>(0);
  private long end;
  private int octets;
  // When the newest of those that are no longer here came.
  private long forgottenNanos;
  private boolean forgot;

  /**
   * @param keptEntries what the log itself keeps; a ring holds no more
   */
  Ring(RingBudget budget, int keptEntries) {
    this.budget = budget;
    mostEntries = Math.min(MAX_ENTRIES, keptEntries);
  }

  /** Begins anew behind that offset. */
  void restart(long offset) {
    while (!entries.isEmpty()) {
      removeFirst();
    }
    end = offset;
  }

  /** Adds the publication that follows. */
  void add(byte[] envelope, long nowNanos) {
    while (!entries.isEmpty()
        && (entries.size() >= mostEntries || octets + envelope.length > MAX_OCTETS)) {
      removeFirst();
    }
    if (envelope.length > MAX_OCTETS || !takeRoom(envelope.length)) {
      restart(end + 1);
      forgot(nowNanos);
      return;
    }
    entries.add(new Entry(envelope, nowNanos));
    octets += envelope.length;
    end++;
  }

  /**
   * Adds what stands in front, as far as there is room; nothing is given up for it.
   *
   * @param first the offset of the first envelope
   */
  void backfill(long first, List<byte[]> envelopes, long nowNanos) {
    long index = end - entries.size() - first;
    for (int i = (int) Math.min(index, Integer.MAX_VALUE); i >= 0 && i < envelopes.size(); i--) {
      byte[] envelope = envelopes.get(i);
      if (entries.size() >= mostEntries
          || octets + envelope.length > MAX_OCTETS
          || !budget.take(envelope.length)) {
        return;
      }
      entries.addFirst(new Entry(envelope, nowNanos));
      octets += envelope.length;
    }
  }

  void forgetBefore(long nanos) {
    while (!entries.isEmpty() && entries.element().sinceNanos - nanos < 0) {
      removeFirst();
    }
  }

  /** The offset of the newest. */
  long end() {
    return end;
  }

  /** Whether all that follows that offset is here. */
  boolean covers(long after) {
    return after >= end - entries.size() && after <= end;
  }

  /** What follows that offset, if it is covered. */
  List<byte[]> after(long offset) {
    return entries.stream()
        .skip(offset - (end - entries.size()))
        .map(entry -> entry.envelope)
        .toList();
  }

  /** Whether nothing that came since then is missing here. */
  boolean remembersSince(long nanos) {
    return !forgot || forgottenNanos - nanos < 0;
  }

  /** Whether one of them satisfies the condition. */
  boolean holds(Predicate<byte[]> condition) {
    return entries.stream().anyMatch(entry -> condition.test(entry.envelope));
  }

  /** The publication at that offset; null when it is not here. */
  byte @Nullable [] at(long offset) {
    if (offset > end || offset <= end - entries.size()) {
      return null;
    }
    Iterator<Entry> fromNewest = entries.descendingIterator();
    for (long skip = end - offset; skip > 0; skip--) {
      fromNewest.next();
    }
    return fromNewest.next().envelope;
  }

  /** A full budget costs the ring its own oldest first. */
  private boolean takeRoom(int wanted) {
    while (!budget.take(wanted)) {
      if (entries.isEmpty()) {
        return false;
      }
      removeFirst();
    }
    return true;
  }

  private void removeFirst() {
    Entry first = entries.remove();
    octets -= first.envelope.length;
    budget.giveBack(first.envelope.length);
    forgot(first.sinceNanos);
  }

  private void forgot(long nanos) {
    forgot = true;
    forgottenNanos = nanos;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(byte[] envelope, long sinceNanos) {}
}
