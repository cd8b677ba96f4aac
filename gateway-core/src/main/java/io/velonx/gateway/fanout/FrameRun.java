package io.velonx.gateway.fanout;

import io.netty.buffer.ByteBufAllocator;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.OfferResult;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.metrics.GatewayMetrics;
import org.jspecify.annotations.Nullable;

/**
 * Frames of one channel that leave together, put one behind the other in a single buffer: one write
 * per reader, however many frames.
 *
 * <p>Threading: one event loop. Ownership: holds one reference of each frame until released.
 */
final class FrameRun {
  /** What one write carries; four TCP segments on loopback, eleven on an Ethernet. */
  private static final int MAX_BYTES = 16 * 1024;

  private final @Nullable PreparedFrame[] frames;
  private int size;
  private int sizeBytes;
  private @Nullable PreparedFrame joined;

  FrameRun(int maxFrames) {
    frames = new PreparedFrame[maxFrames];
  }

  boolean hasRoomFor(PreparedFrame frame) {
    return size < frames.length && sizeBytes + frame.sizeBytes() <= MAX_BYTES;
  }

  /** Ownership: takes one reference. */
  void add(PreparedFrame frame) {
    frames[size++] = frame;
    sizeBytes += frame.sizeBytes();
  }

  /** Joins the frames; after it none is added. */
  void seal(ByteBufAllocator allocator) {
    PreparedFrame first = frames[0];
    if (first == null) {
      throw new IllegalStateException("an empty run");
    }
    joined = size == 1 ? first.retain() : PreparedFrame.joined(allocator, frames, size, sizeBytes);
  }

  /** Offers the whole run to a connection. Returns how many frames were written. */
  int offerTo(Connection connection, GatewayMetrics metrics) {
    PreparedFrame whole = joined;
    if (whole == null) {
      throw new IllegalStateException("a run that is not sealed");
    }
    if (connection.takesAll()) {
      return connection.offer(whole) == OfferResult.WRITTEN ? size : 0;
    }
    int written = 0;
    for (int i = 0; i < size; i++) {
      PreparedFrame frame = frames[i];
      OfferResult result = frame == null ? OfferResult.GONE : connection.offer(frame);
      if (result == OfferResult.WRITTEN) {
        written++;
      } else if (result == OfferResult.DROPPED) {
        metrics.dropped.inc();
      }
    }
    return written;
  }

  void release() {
    for (int i = 0; i < size; i++) {
      PreparedFrame frame = frames[i];
      if (frame != null) {
        frame.release();
      }
      frames[i] = null;
    }
    if (joined != null) {
      joined.release();
      joined = null;
    }
    size = 0;
    sizeBytes = 0;
  }
}
