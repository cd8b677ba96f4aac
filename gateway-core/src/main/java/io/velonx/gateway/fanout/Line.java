package io.velonx.gateway.fanout;

import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.PreparedFrame;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What waits for the subscribers of one channel on one event loop, in the order in which it was
 * offered: frames, and tasks that have their place between them.
 *
 * <p>Threading: that event loop.
 */
final class Line {
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private @Nullable Subscribers subscribers;

  /** Whose line it is from now on. */
  void assign(Subscribers owner) {
    subscribers = owner;
    owner.lineUp(this);
  }

  /** Says that nothing waits any more; the line may be given to another channel. */
  void resign() {
    if (subscribers != null) {
      subscribers.lineUp(null);
      subscribers = null;
    }
  }

  @Nullable Subscribers subscribers() {
    return subscribers;
  }

  void add(Entry entry) {
    entries.add(entry);
  }

  @Nullable Entry peek() {
    return entries.peek();
  }

  @Nullable Entry poll() {
    return entries.poll();
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  /**
   * A frame for a channel or a connection, or a task for a connection of a channel, or both: then
   * the task decides what becomes of the frame.
   */
  record Entry(
      @Nullable LocalChannel channel,
      @Nullable Connection connection,
      @Nullable PreparedFrame frame,
      @Nullable Runnable task) {}
}
