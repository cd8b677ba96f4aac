package io.velonx.gateway.fanout;

import io.velonx.gateway.connection.DeflateMemory;
import io.velonx.gateway.protocol.ChannelName;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A channel with subscribers on this node.
 *
 * <p>Its one shared word is a mask of the event loops that have subscribers. When the last loop
 * leaves, the same step marks the channel dead: nobody can join it any more, and who meets it puts
 * a fresh one in its place. So a join never gets lost in a channel that is being removed, and no
 * lock is needed.
 */
final class LocalChannel {
  private static final long DEAD = Long.MIN_VALUE;

  /** Instead of an object for each channel: rooms of one are many. */
  private static final AtomicLongFieldUpdater<LocalChannel> LOOPS =
      AtomicLongFieldUpdater.newUpdater(LocalChannel.class, "loops");

  private final ChannelName name;
  private volatile long loops;
  private final @Nullable Subscribers[] byLoop;
  private volatile @Nullable DeflateMemory deflateMemory;

  LocalChannel(ChannelName name, int loopCount) {
    this.name = name;
    this.byLoop = new Subscribers[loopCount];
  }

  ChannelName name() {
    return name;
  }

  /**
   * What deflating gained here; made when it is asked for first, and by two that ask at once, which
   * does no harm. Threading: any thread.
   */
  DeflateMemory deflateMemory() {
    DeflateMemory memory = deflateMemory;
    if (memory == null) {
      memory = new DeflateMemory();
      deflateMemory = memory;
    }
    return memory;
  }

  /** The loops with subscribers, one bit each; none when dead. Threading: any thread. */
  long loops() {
    long mask = loops;
    return mask == DEAD ? 0 : mask;
  }

  boolean isDead() {
    return loops == DEAD;
  }

  /**
   * The subscribers on that loop; null when it never had any. Threading: that loop; others may ask
   * what they cost, and may see null for a moment longer.
   */
  @Nullable Subscribers subscribers(int loop) {
    return byLoop[loop];
  }

  /**
   * The subscribers on that loop, to be added to. Threading: that loop.
   *
   * @return null when the channel is dead
   */
  @Nullable Subscribers join(int loop) {
    long bit = 1L << loop;
    for (long mask = loops; (mask & bit) == 0; mask = loops) {
      if (mask == DEAD) {
        return null;
      }
      if (LOOPS.compareAndSet(this, mask, mask | bit)) {
        break;
      }
    }
    Subscribers subscribers = byLoop[loop];
    if (subscribers == null) {
      subscribers = new Subscribers();
      byLoop[loop] = subscribers;
    }
    return subscribers;
  }

  /**
   * Says that a loop has no subscribers any more. Threading: that loop.
   *
   * @return whether it was the last loop: the channel is dead now
   */
  boolean leave(int loop) {
    long bit = 1L << loop;
    while (true) {
      long mask = loops;
      long rest = mask & ~bit;
      if (LOOPS.compareAndSet(this, mask, rest == 0 ? DEAD : rest)) {
        return rest == 0;
      }
    }
  }
}
