package io.velonx.gateway.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes frames as a server sends them: unmasked and unfragmented.
 *
 * <p>Ownership: every method returns a buffer the caller releases. Spec: RFC 6455 §5.2, §5.5.
 */
public final class FrameEncoder {
  public static final int CONTINUATION = 0x0;
  public static final int TEXT = 0x1;
  public static final int BINARY = 0x2;
  public static final int CLOSE = 0x8;
  public static final int PING = 0x9;
  public static final int PONG = 0xA;

  /** The longest payload of a control frame. Spec: RFC 6455 §5.5. */
  public static final int MAX_CONTROL_PAYLOAD_BYTES = 125;

  /** The longest header of an unmasked frame. */
  static final int MAX_HEADER_BYTES = 10;

  /** The bits of a frame's first octet that hold the opcode. */
  static final int OPCODE = 0x0F;

  private static final int FIN = 0x80;

  private FrameEncoder() {}

  /** A text frame with that payload. */
  public static ByteBuf text(ByteBufAllocator allocator, byte[] payload) {
    ByteBuf frame = allocator.directBuffer(headerBytes(payload.length) + payload.length);
    writeHeader(frame, FIN | TEXT, payload.length);
    return frame.writeBytes(payload);
  }

  /** A frame with that payload. Ownership: borrows the payload and leaves its indices alone. */
  public static ByteBuf frame(ByteBufAllocator allocator, int opcode, ByteBuf payload) {
    int length = payload.readableBytes();
    ByteBuf frame = allocator.directBuffer(headerBytes(length) + length);
    writeHeader(frame, FIN | opcode, length);
    return frame.writeBytes(payload, payload.readerIndex(), length);
  }

  /**
   * A Close frame.
   *
   * @param code the status code, or -1 for an empty body (RFC 6455 §5.5.1)
   * @param text at most 123 octets of UTF-8
   */
  public static ByteBuf close(ByteBufAllocator allocator, int code, @Nullable String text) {
    ByteBuf frame = allocator.directBuffer(2 + MAX_CONTROL_PAYLOAD_BYTES);
    if (code < 0) {
      writeHeader(frame, FIN | CLOSE, 0);
      return frame;
    }
    byte[] reason = text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
    writeHeader(frame, FIN | CLOSE, 2 + reason.length);
    return frame.writeShort(code).writeBytes(reason);
  }

  /** Writes a header for a payload of that length; {@code firstOctet} is FIN, RSV and opcode. */
  static void writeHeader(ByteBuf out, int firstOctet, int payloadBytes) {
    out.writeByte(firstOctet);
    if (payloadBytes < 126) {
      out.writeByte(payloadBytes);
    } else if (payloadBytes <= 0xFFFF) {
      out.writeByte(126).writeShort(payloadBytes);
    } else {
      out.writeByte(127).writeLong(payloadBytes);
    }
  }

  /** The length of the header of a frame that was encoded here. */
  static int headerBytesOf(ByteBuf frame, int start) {
    int length = frame.getByte(start + 1);
    return length < 126 ? 2 : length == 126 ? 4 : MAX_HEADER_BYTES;
  }

  static int headerBytes(int payloadBytes) {
    return payloadBytes < 126 ? 2 : payloadBytes <= 0xFFFF ? 4 : MAX_HEADER_BYTES;
  }
}
