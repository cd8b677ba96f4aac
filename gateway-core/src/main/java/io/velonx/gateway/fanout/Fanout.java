package io.velonx.gateway.fanout;

import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.MessageDeflater;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.protocol.ChannelName;
import java.util.List;

/**
 * Hands a frame to every event loop that has subscribers: one queue entry each, whatever their
 * number.
 *
 * <p>Threading: any thread. Publications of one channel must come from one thread at a time; then
 * every subscriber sees them in that order.
 */
public final class Fanout {
  private final ChannelRegistry registry;
  private final List<FanoutLoop> loops;

  /**
   * @param loops in the order of {@link Connection#loopIndex}
   */
  public Fanout(ChannelRegistry registry, List<FanoutLoop> loops) {
    this.registry = registry;
    this.loops = List.copyOf(loops);
  }

  /**
   * Delivers to the subscribers of a channel. Ownership: takes one reference.
   *
   * @return false when a loop is so far behind that its subscribers will not get it
   */
  public boolean publish(ChannelName name, PreparedFrame frame) {
    try {
      LocalChannel channel = registry.find(name);
      if (channel == null) {
        return true;
      }
      if (frame.sizeBytes() >= MessageDeflater.LEAST_FRAME_BYTES) {
        frame.learnFrom(channel.deflateMemory());
      }
      boolean taken = true;
      for (long mask = channel.loops(); mask != 0; mask &= mask - 1) {
        FanoutLoop loop = loops.get(Long.numberOfTrailingZeros(mask));
        taken &= loop.offer(channel, frame.retain());
      }
      return taken;
    } finally {
      frame.release();
    }
  }

  /**
   * Runs a task on the loop of a connection, in its turn: behind the frames published to the
   * channel before this call and in front of those published after it. What it offers to the
   * connection is flushed with the batch.
   */
  public void run(ChannelName channel, Connection connection, Runnable task) {
    loops.get(connection.loopIndex()).run(registry.find(channel), connection, task);
  }

  /** As {@link #run(ChannelName, Connection, Runnable)}, in turn with what is sent to one only. */
  public void run(Connection connection, Runnable task) {
    loops.get(connection.loopIndex()).run(null, connection, task);
  }

  /**
   * Brings a frame to one connection in its turn, and has the task decide what becomes of it there.
   * Ownership: takes one reference; the task borrows the frame.
   *
   * @return false when the loop is so far behind that the task will not run
   */
  public boolean bring(Connection connection, PreparedFrame frame, Runnable task) {
    return loops.get(connection.loopIndex()).bring(connection, frame, task);
  }

  /** Delivers to one connection. Ownership: takes one reference. */
  public void send(Connection connection, PreparedFrame frame) {
    loops.get(connection.loopIndex()).offer(connection, frame);
  }
}
