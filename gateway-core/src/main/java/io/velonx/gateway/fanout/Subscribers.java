package io.velonx.gateway.fanout;

import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.Subscription;
import io.velonx.gateway.protocol.ChannelName;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The subscribers of one channel on one event loop: dense, so that walking them is a loop over an
 * array.
 *
 * <p>Invariants: subscription {@code s} stands at index {@code s.position()}, and its connection at
 * the same index of the other array, unless it catches up and is passed over by numbered frames:
 * then there is null, so that walks pay nothing for those who do not. While a walk is in progress a
 * removal leaves a hole instead of moving the last subscriber into the gap: nobody is skipped,
 * nobody is visited twice. The holes are closed when the walk ends. Who joins during a walk stands
 * behind its end and is not visited by it.
 *
 * <p>Threading: that event loop.
 */
final class Subscribers {
  /** An array of one takes as much. */
  private static final int INITIAL_CAPACITY = 2;

  /**
   * Which write of a channel is the first to be noted: millions of rooms of one, in which nothing
   * was told but who joined, need no memory for it.
   */
  private static final int NOTED_FROM = 8;

  // Two arrays, because a walk wants connections only: one cold object less for each delivery.
  private @Nullable Connection[] connections = new Connection[INITIAL_CAPACITY];
  private @Nullable Subscription[] subscriptions = new Subscription[INITIAL_CAPACITY];
  private int end;
  private int holes;
  private boolean walking;
  private @Nullable Line line;
  // In what alignment leaves free: a channel that is silent pays nothing.
  private volatile @Nullable Cost cost;
  private byte unnotedWrites;

  /** Subscribers now. */
  int size() {
    return end - holes;
  }

  /** That name, or the equal one that a subscriber keeps already. */
  ChannelName shared(ChannelName name) {
    Subscription first = end == 0 ? null : subscriptions[0];
    return first == null ? name : first.channel();
  }

  void add(Subscription subscription) {
    if (end == connections.length) {
      connections = Arrays.copyOf(connections, end * 2);
      subscriptions = Arrays.copyOf(subscriptions, end * 2);
    }
    connections[end] = subscription.connection();
    subscriptions[end] = subscription;
    subscription.moveTo(end);
    end++;
  }

  void remove(Subscription subscription) {
    int position = subscription.position();
    if (position >= end || subscriptions[position] != subscription) {
      throw new IllegalStateException("no subscriber at position " + position);
    }
    if (walking) {
      connections[position] = null;
      subscriptions[position] = null;
      holes++;
    } else {
      end--;
      move(end, position);
      shrink();
    }
  }

  /** What waits for them; null when nothing does. */
  @Nullable Line line() {
    return line;
  }

  void lineUp(@Nullable Line waiting) {
    line = waiting;
  }

  /**
   * What they cost in that span, to be added to.
   *
   * @param writes that are to be added
   * @return null when it is not worth noting yet
   */
  @Nullable Cost costIn(int span, int writes) {
    Cost latest = cost;
    if (latest == null && unnotedWrites + writes < NOTED_FROM) {
      unnotedWrites += (byte) writes;
      return null;
    }
    Cost found = Cost.in(span, latest);
    if (found != latest) {
      cost = found;
    }
    return found;
  }

  /** What they cost in that span; null when nothing is known. Threading: any thread. */
  @Nullable Cost cost(int span) {
    return Cost.find(span, cost);
  }

  /** Begins a walk. Returns where it ends: the index behind the last subscriber to visit. */
  int beginWalk() {
    walking = true;
    return end;
  }

  /** Keeps numbered frames from a subscriber until it has caught up. */
  void beginCatchUp(Subscription subscription) {
    connections[subscription.position()] = null;
  }

  void endCatchUp(Subscription subscription) {
    connections[subscription.position()] = subscription.connection();
  }

  boolean isCatchingUp(Subscription subscription) {
    return connections[subscription.position()] == null;
  }

  /** The subscriber at that index of the walk; null when it has left since or catches up. */
  @Nullable Connection at(int index) {
    return connections[index];
  }

  /** The subscriber at that index of the walk if it catches up, else null. */
  @Nullable Connection catchingUpAt(int index) {
    Subscription subscription = connections[index] == null ? subscriptions[index] : null;
    return subscription == null ? null : subscription.connection();
  }

  void endWalk() {
    walking = false;
    if (holes == 0) {
      return;
    }
    // From the end, so that each hole is filled with a subscriber and never with another hole.
    for (int i = end - 1; i >= 0 && holes > 0; i--) {
      if (subscriptions[i] == null) {
        holes--;
        end--;
        move(end, i);
      }
    }
    shrink();
  }

  /** Moves the subscriber at {@code from} to {@code to}, where nobody stands. */
  private void move(int from, int to) {
    Subscription moved = subscriptions[from];
    if (from != to && moved != null) {
      connections[to] = connections[from];
      subscriptions[to] = moved;
      moved.moveTo(to);
    }
    connections[from] = null;
    subscriptions[from] = null;
  }

  /** Gives memory back after a crowd has left. */
  private void shrink() {
    int capacity = connections.length;
    if (capacity > INITIAL_CAPACITY && end < capacity / 4) {
      connections = Arrays.copyOf(connections, capacity / 2);
      subscriptions = Arrays.copyOf(subscriptions, capacity / 2);
    }
  }
}
