package io.velonx.gateway.loadtest.measure;

/**
 * Which publications of each stream one receiver has seen; a stream is what one publisher sends to
 * one room, numbered from 1.
 *
 * <p>Two words per stream, since a process has tens of thousands of receivers: the last sequence
 * with the number of those missing before it, and one bit for each of the last 64.
 *
 * <p>Threading: one thread at a time.
 */
public final class Sequences {
  /** What a sequence is to its receiver. */
  public enum Seen {
    /** In order, or with a gap before it. */
    NEXT,
    /** Behind one that came earlier. */
    LATE,
    AGAIN
  }

  private final long[] words;

  public Sequences(int streams) {
    words = new long[2 * streams];
  }

  public Seen see(int stream, int sequence) {
    int at = 2 * stream;
    int last = (int) (words[at] >>> 32);
    int step = sequence - last;
    if (step == 1) {
      words[at] += 1L << 32;
      words[at + 1] = words[at + 1] << 1 | 1;
      return Seen.NEXT;
    }
    int missing = (int) words[at];
    if (step > 1) {
      words[at] = (long) sequence << 32 | (missing + step - 1);
      words[at + 1] = step >= Long.SIZE ? 1 : words[at + 1] << step | 1;
      return Seen.NEXT;
    }
    // Further back than the bits reach, a missing one is believed to be this one.
    boolean again = -step < Long.SIZE ? (words[at + 1] >>> -step & 1) != 0 : missing == 0;
    if (again) {
      return Seen.AGAIN;
    }
    words[at]--;
    if (-step < Long.SIZE) {
      words[at + 1] |= 1L << -step;
    }
    return Seen.LATE;
  }
}
