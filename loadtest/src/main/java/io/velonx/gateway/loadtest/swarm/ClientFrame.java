package io.velonx.gateway.loadtest.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Frames as a client sends them. Spec: RFC 6455 §5.2 and §5.3. */
public final class ClientFrame {
  public static final int TEXT = 0x1;
  public static final int BINARY = 0x2;
  public static final int CLOSE = 0x8;
  public static final int PING = 0x9;
  public static final int PONG = 0xA;

  private static final int FIN = 0x80;
  private static final int MASKED = 0x80;
  private static final int MAX_HEADER = 14;

  private ClientFrame() {}

  /** One whole masked message. Ownership: returns a reference the caller releases. */
  public static ByteBuf of(ByteBufAllocator allocator, int opcode, byte[] payload, int mask) {
    ByteBuf frame = allocator.directBuffer(MAX_HEADER + payload.length);
    frame.writeByte(FIN | opcode);
    if (payload.length < 126) {
      frame.writeByte(MASKED | payload.length);
    } else if (payload.length <= 0xFFFF) {
      frame.writeByte(MASKED | 126).writeShort(payload.length);
    } else {
      frame.writeByte(MASKED | 127).writeLong(payload.length);
    }
    frame.writeInt(mask);
    int at = 0;
    for (; at + Integer.BYTES <= payload.length; at += Integer.BYTES) {
      int word =
          payload[at] << 24
              | (payload[at + 1] & 0xFF) << 16
              | (payload[at + 2] & 0xFF) << 8
              | (payload[at + 3] & 0xFF);
      frame.writeInt(word ^ mask);
    }
    for (int shift = 24; at < payload.length; at++, shift -= 8) {
      frame.writeByte(payload[at] ^ mask >>> shift);
    }
    return frame;
  }
}
