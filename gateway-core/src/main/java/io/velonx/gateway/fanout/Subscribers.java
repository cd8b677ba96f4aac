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
 * <p>Invariants: the connection of subscription {@code s} stands at index {@code s.position()}.
 * While a walk is in progress a removal leaves a hole instead of moving the last subscriber into
 * the gap: nobody is skipped, nobody is visited twice. The holes are closed when the walk ends. Who
 * joins during a walk stands behind its end and is not visited by it.
 *
 * <p>Threading: that event loop.
 */
final class Subscribers {
  /** An array of one takes as much. */
  private static final int INITIAL_CAPACITY = 2;

  private final ChannelName channel;

  // Connections only: that is what a walk wants, and whoever is moved knows his subscription.
  private @Nullable Connection[] connections = new Connection[INITIAL_CAPACITY];
  private int end;
  private int holes;
  private boolean walking;

  Subscribers(ChannelName channel) {
    this.channel = channel;
  }

  ChannelName channel() {
    return channel;
  }

  /** Subscribers now. */
  int size() {
    return end - holes;
  }

  /** Adds a subscription; the connection may remember it before or after. */
  void add(Subscription subscription) {
    if (end == connections.length) {
      connections = Arrays.copyOf(connections, end * 2);
    }
    connections[end] = subscription.connection();
    subscription.moveTo(end);
    end++;
  }

  void remove(Subscription subscription) {
    int position = subscription.position();
    if (position >= end || connections[position] != subscription.connection()) {
      throw new IllegalStateException("no subscriber at position " + position);
    }
    if (walking) {
      connections[position] = null;
      holes++;
    } else {
      end--;
      move(end, position);
      shrink();
    }
  }

  /** Begins a walk. Returns where it ends: the index behind the last subscriber to visit. */
  int beginWalk() {
    walking = true;
    return end;
  }

  /** The subscriber at that index of the walk, or null when it has left since. */
  @Nullable Connection at(int index) {
    return connections[index];
  }

  void endWalk() {
    walking = false;
    if (holes == 0) {
      return;
    }
    // From the end, so that each hole is filled with a subscriber and never with another hole.
    for (int i = end - 1; i >= 0 && holes > 0; i--) {
      if (connections[i] == null) {
        holes--;
        end--;
        move(end, i);
      }
    }
    shrink();
  }

  /** Moves the subscriber at {@code from} to {@code to}, where nobody stands any more. */
  private void move(int from, int to) {
    Connection moved = connections[from];
    if (from != to && moved != null) {
      Subscription subscription = moved.subscription(channel);
      if (subscription == null) {
        throw new IllegalStateException("a subscriber without a subscription: " + moved);
      }
      subscription.moveTo(to);
      connections[to] = moved;
    }
    connections[from] = null;
  }

  /** Gives memory back after a crowd has left. */
  private void shrink() {
    int capacity = connections.length;
    if (capacity > INITIAL_CAPACITY && end < capacity / 4) {
      connections = Arrays.copyOf(connections, capacity / 2);
    }
  }
}
