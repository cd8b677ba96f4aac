package io.velonx.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.velonx.gateway.protocol.CloseReason;

/**
 * Hears what a {@link FrameDecoder} reads. Threading: event loop of the connection. Ownership:
 * every payload is borrowed, and its octets are valid until the method returns.
 */
interface FrameListener {
  /** A whole text message, valid UTF-8, unmasked and inflated. */
  void text(ByteBuf payload);

  /** A whole binary message, unmasked and inflated. */
  void binary(ByteBuf payload);

  /** A ping with at most 125 octets. */
  void ping(ByteBuf payload);

  void pong();

  /**
   * The peer's Close. Nothing is heard after it.
   *
   * @param code its status code, or -1 when it has none
   */
  void closeReceived(int code);

  /** The peer broke a rule or a limit. Nothing is heard after it. */
  void violated(CloseReason reason);
}
