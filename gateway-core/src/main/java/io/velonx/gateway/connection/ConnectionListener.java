package io.velonx.gateway.connection;

import io.netty.buffer.ByteBuf;

/**
 * What stands behind the pipeline: it hears of every connection and of every message.
 *
 * <p>Threading: event loop of the connection. Fails: what a method throws is counted, logged and
 * closes the connection with 1011.
 */
public interface ConnectionListener {
  /** The 101 is written; frames may be sent. Called once, before everything else. */
  void opened(Connection connection);

  /** A whole text message, valid UTF-8. Ownership: borrows the payload. */
  void text(Connection connection, ByteBuf payload);

  /** A whole binary message. Ownership: borrows the payload. */
  void binary(Connection connection, ByteBuf payload);

  /** The socket is gone. Called once, after everything else. */
  void closed(Connection connection);
}
