package io.velonx.gateway.pipeline;

import io.netty.channel.ChannelOutboundBuffer;
import io.velonx.gateway.connection.Connection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Since when the system took nothing of what waits for a reader. It does so whenever the reader has
 * made room in its buffers; so who reads on is slow, not stalled. Threading: one event loop.
 */
final class StallWatch {
  private final Map<Connection, Mark> waiting = new HashMap<>();

  /** How many ticks the reader has taken nothing, although something is there for it. */
  int ticksWithoutProgress(Connection connection, int tick) {
    ChannelOutboundBuffer buffer = connection.socketChannel().unsafe().outboundBuffer();
    // The message at the head and how much of it is gone: one of them changes with every octet.
    Object head = buffer == null ? null : buffer.current();
    if (buffer == null || head == null) {
      forget(connection);
      return 0;
    }
    Mark mark = waiting.get(connection);
    if (mark == null || mark.head != head || mark.progress != buffer.currentProgress()) {
      waiting.put(connection, new Mark(head, buffer.currentProgress(), tick));
      return 0;
    }
    return tick - mark.sinceTick;
  }

  void forget(@Nullable Connection connection) {
    if (!waiting.isEmpty()) {
      waiting.remove(connection);
    }
  }

  /** Where the output of a connection stood. */
  private record Mark(Object head, long progress, int sinceTick) {}
}
