package io.velonx.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.velonx.gateway.protocol.CloseReason;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates the messages of all connections of one event loop, one at a time.
 *
 * <p>No context is kept between messages, so one native inflater (some 30 KiB) serves them all. The
 * room for the result grows step by step and never beyond the limit: what a message claims or
 * unfolds to costs nothing before it is refused.
 *
 * <p>Threading: one event loop. Spec: RFC 7692 §7.2.2.
 */
final class MessageInflater implements AutoCloseable {
  /** What the sender cut off the end of each message. */
  private static final byte[] TAIL = {0, 0, (byte) 0xFF, (byte) 0xFF};

  /**
   * An empty last block. It ends the stream only if the message stopped between two blocks, which
   * is how a message that was cut short is told from a whole one.
   */
  private static final byte[] LAST_BLOCK = {3, 0};

  private static final int LEAST_STEP_BYTES = 1024;

  private final Inflater inflater = new Inflater(true);

  /**
   * Inflates a message to the end of {@code out}.
   *
   * @return null, or why it cannot be: {@link CloseReason#TOO_BIG} or, for corrupt data, {@link
   *     CloseReason#INVALID_TEXT}
   */
  @Nullable CloseReason inflate(ByteBuf deflated, ByteBuf out, int maxBytes) {
    inflater.reset();
    try {
      ByteBuffer input = deflated.nioBuffer();
      if (!feed(input, out, maxBytes)) {
        return CloseReason.TOO_BIG;
      }
      if (inflater.finished()) {
        // The sender ended the stream itself, and left the empty block after it out as well.
        return null;
      }
      if (!feed(ByteBuffer.wrap(TAIL), out, maxBytes)
          || !feed(ByteBuffer.wrap(LAST_BLOCK), out, maxBytes)) {
        return CloseReason.TOO_BIG;
      }
      return inflater.finished() ? null : CloseReason.INVALID_TEXT;
    } catch (DataFormatException corrupt) {
      return CloseReason.INVALID_TEXT;
    }
  }

  @Override
  public void close() {
    inflater.end();
  }

  /** Returns false when the result would be larger than allowed. */
  private boolean feed(ByteBuffer input, ByteBuf out, int maxBytes) throws DataFormatException {
    inflater.setInput(input);
    while (true) {
      int step = Math.max(LEAST_STEP_BYTES, out.writerIndex());
      // One octet more than allowed, so that too much can be told from just enough.
      int room = Math.min(step, maxBytes + 1 - out.readableBytes());
      out.ensureWritable(room);
      int produced = inflater.inflate(out.internalNioBuffer(out.writerIndex(), room));
      out.writerIndex(out.writerIndex() + produced);
      if (out.readableBytes() > maxBytes) {
        return false;
      }
      if (inflater.needsDictionary()) {
        throw new DataFormatException("wants a dictionary");
      }
      if (inflater.finished()) {
        if (!input.hasRemaining()) {
          return true;
        }
        // A last block in the middle of a message: what follows is a stream of its own.
        inflater.reset();
        inflater.setInput(input);
      } else if (produced < room && inflater.needsInput()) {
        return true;
      }
    }
  }
}
