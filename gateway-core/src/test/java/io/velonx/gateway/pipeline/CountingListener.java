package io.velonx.gateway.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.MessageType.Delivery;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An echo that watches births and deaths, and does as some texts say. Threading: event loops; the
 * counts are for any thread.
 */
final class CountingListener extends EchoListener {
  final AtomicInteger opened = new AtomicInteger();
  final AtomicInteger closed = new AtomicInteger();

  /** Whatever was called in the wrong order or too often. */
  final Set<String> mistakes = ConcurrentHashMap.newKeySet();

  /** What is sent to every connection when it opens; null for nothing. */
  volatile @Nullable String welcome;

  private final Set<Connection> alive = ConcurrentHashMap.newKeySet();

  @Override
  public void opened(Connection connection) {
    opened.incrementAndGet();
    if (!alive.add(connection)) {
      mistakes.add("opened twice");
    }
    String text = welcome;
    if (text != null) {
      connection.send(text.getBytes(UTF_8), Delivery.DURABLE);
    }
    if (connection.principal().userId().equals("throwing")) {
      throw new IllegalStateException("as told");
    }
  }

  @Override
  public void text(Connection connection, ByteBuf payload) {
    if (!alive.contains(connection)) {
      mistakes.add("text outside of its life");
    }
    switch (payload.toString(UTF_8)) {
      case "throw" -> throw new IllegalStateException("as told");
      case "close" -> connection.close(CloseReason.DRAINED);
      default -> super.text(connection, payload);
    }
  }

  @Override
  public void closed(Connection connection) {
    closed.incrementAndGet();
    if (!alive.remove(connection)) {
      mistakes.add("closed twice");
    }
  }
}
