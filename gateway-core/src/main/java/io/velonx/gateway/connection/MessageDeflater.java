package io.velonx.gateway.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Deflates messages, each on its own, so that one result serves every reader.
 *
 * <p>No context is kept between messages: a native deflater is some 80 KiB, and with this one per
 * event loop is enough for all of its connections.
 *
 * <p>Threading: one event loop. Spec: RFC 7692 §7.2.1.
 */
public final class MessageDeflater implements AutoCloseable {
  /**
   * Smaller payloads go as they are: without context a chat message of 150 octets shrinks by a
   * seventh and costs as much as six deliveries; about here it begins to pay.
   */
  static final int LEAST_PAYLOAD_BYTES = 512;

  /** The frame of a payload that is tried, with the header such a payload has at least. */
  public static final int LEAST_FRAME_BYTES = LEAST_PAYLOAD_BYTES + 4;

  private static final int FIN_RSV1 = 0xC0;

  /** What a sync flush ends with, and what is left out on the wire. */
  private static final int TAIL_BYTES = 4;

  private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);

  /**
   * The frame for that payload, deflated. Ownership: borrows the payload, returns a buffer the
   * caller releases. Fails: null when the payload is small or does not shrink by an eighth.
   */
  @Nullable ByteBuf deflate(ByteBufAllocator allocator, int opcode, ByteBuf payload) {
    int length = payload.readableBytes();
    if (length < LEAST_PAYLOAD_BYTES) {
      return null;
    }
    // What does not fit in here is not worth the reader's work.
    int room = length - length / 8 + TAIL_BYTES;
    ByteBuf frame = allocator.directBuffer(FrameEncoder.MAX_HEADER_BYTES + room);
    deflater.reset();
    deflater.setInput(payload.nioBuffer());
    ByteBuffer out = frame.internalNioBuffer(FrameEncoder.MAX_HEADER_BYTES, room);
    int produced = deflater.deflate(out, Deflater.SYNC_FLUSH);
    if (produced == room) {
      frame.release();
      return null;
    }
    int deflated = produced - TAIL_BYTES;
    int start = FrameEncoder.MAX_HEADER_BYTES - FrameEncoder.headerBytes(deflated);
    frame.setIndex(start, start);
    FrameEncoder.writeHeader(frame, FIN_RSV1 | opcode, deflated);
    return frame.writerIndex(FrameEncoder.MAX_HEADER_BYTES + deflated);
  }

  @Override
  public void close() {
    deflater.end();
  }
}
