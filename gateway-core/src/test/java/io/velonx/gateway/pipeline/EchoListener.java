package io.velonx.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.ConnectionListener;
import io.velonx.gateway.connection.FrameEncoder;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.protocol.MessageType.Delivery;

/** Sends every message back, as conformance suites want it. Threading: event loops. */
class EchoListener implements ConnectionListener {
  @Override
  public void opened(Connection connection) {}

  @Override
  public void text(Connection connection, ByteBuf payload) {
    echo(connection, FrameEncoder.TEXT, payload);
  }

  @Override
  public void binary(Connection connection, ByteBuf payload) {
    echo(connection, FrameEncoder.BINARY, payload);
  }

  @Override
  public void closed(Connection connection) {}

  private static void echo(Connection connection, int opcode, ByteBuf payload) {
    connection.send(
        PreparedFrame.of(connection.socketChannel().alloc(), opcode, payload, Delivery.DURABLE));
  }
}
