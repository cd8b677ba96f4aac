package io.velonx.gateway.connection;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What deflating the messages of a channel gained lately, so that those who send ciphers or
 * pictures are not deflated in vain: after each message that did not shrink the next 1, 3, 7, … at
 * most 63 go as they are, and the first that shrinks ends that.
 *
 * <p>Threading: any thread.
 */
public final class DeflateMemory {
  private static final int MOST_SKIPPED = 63;

  /** How many are skipped after a failure, and in the lower half, how many are left of them. */
  private final AtomicInteger state = new AtomicInteger();

  /** Whether the next message should be tried. */
  boolean isWorthTrying() {
    int before = state.getAndUpdate(now -> left(now) == 0 ? now : now - 1);
    return left(before) == 0;
  }

  /** A message was tried. */
  void tried(boolean gained) {
    state.updateAndGet(
        now -> {
          int skipped = gained ? 0 : Math.min(MOST_SKIPPED, skipped(now) * 2 + 1);
          return skipped << 16 | skipped;
        });
  }

  private static int skipped(int state) {
    return state >>> 16;
  }

  private static int left(int state) {
    return state & 0xFFFF;
  }
}
