package io.velonx.gateway.connection;

import io.velonx.gateway.protocol.ChannelName;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of one connection, by channel: an open-addressed table with linear probing.
 *
 * <p>Most connections hold one to five; a {@code HashMap} would cost each of them about 200 bytes,
 * this costs none when empty and 24 with two. Threading: event loop of the connection.
 */
final class SubscriptionTable {
  private static final @Nullable Subscription[] EMPTY = new Subscription[0];

  private @Nullable Subscription[] slots = EMPTY;
  private int size;

  int size() {
    return size;
  }

  @Nullable Subscription get(ChannelName channel) {
    if (size == 0) {
      return null;
    }
    return slots[slotOf(channel)];
  }

  /** Adds a subscription to a channel that has none yet. */
  void add(Subscription subscription) {
    // Never more than half full, so that a probe ends soon.
    if ((size + 1) * 2 > slots.length) {
      grow();
    }
    slots[slotOf(subscription.channel())] = subscription;
    size++;
  }

  @Nullable Subscription remove(ChannelName channel) {
    if (size == 0) {
      return null;
    }
    int hole = slotOf(channel);
    Subscription removed = slots[hole];
    if (removed == null) {
      return null;
    }
    size--;
    if (size == 0) {
      slots = EMPTY;
      return removed;
    }
    closeGap(hole);
    return removed;
  }

  void clear() {
    slots = EMPTY;
    size = 0;
  }

  void forEach(Consumer<Subscription> action) {
    for (Subscription subscription : slots) {
      if (subscription != null) {
        action.accept(subscription);
      }
    }
  }

  /** Moves what follows a removed entry back, so that no probe meets an empty slot too early. */
  private void closeGap(int gap) {
    int mask = slots.length - 1;
    int hole = gap;
    slots[hole] = null;
    for (int i = (hole + 1) & mask; ; i = (i + 1) & mask) {
      Subscription candidate = slots[i];
      if (candidate == null) {
        return;
      }
      int home = home(candidate.channel(), mask);
      boolean reachableWithoutHole = ((i - home) & mask) < ((i - hole) & mask);
      if (!reachableWithoutHole) {
        slots[hole] = candidate;
        slots[i] = null;
        hole = i;
      }
    }
  }

  private void grow() {
    @Nullable Subscription[] old = slots;
    slots = new Subscription[Math.max(2, old.length * 2)];
    for (Subscription subscription : old) {
      if (subscription != null) {
        slots[slotOf(subscription.channel())] = subscription;
      }
    }
  }

  /** The slot of the channel, or the empty slot where it would stand. */
  private int slotOf(ChannelName channel) {
    int mask = slots.length - 1;
    int slot = home(channel, mask);
    for (Subscription found = slots[slot]; found != null; found = slots[slot]) {
      if (found.channel().equals(channel)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static int home(ChannelName channel, int mask) {
    int hash = channel.hashCode();
    return (hash ^ (hash >>> 16)) & mask;
  }
}
