package io.velonx.gateway.fanout;

import io.netty.buffer.ByteBufAllocator;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.OfferResult;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.MessageType.Delivery;
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

  // What it cost, and nobody was charged with yet.
  private int publications;
  private int deliveries;
  private int writes;
  private long octets;

  FrameRun(int maxFrames) {
    frames = new PreparedFrame[maxFrames];
  }

  boolean isEmpty() {
    return size == 0;
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
    publications = size;
    joined = size == 1 ? first.retain() : PreparedFrame.joined(allocator, frames, size, sizeBytes);
  }

  /** Offers the whole run to a connection. Returns how many frames were written. */
  int offerTo(Connection connection, GatewayMetrics metrics) {
    PreparedFrame whole = joined;
    if (whole == null) {
      throw new IllegalStateException("a run that is not sealed");
    }
    if (connection.takesAll()) {
      if (!wasWritten(connection.offer(whole), metrics)) {
        return 0;
      }
      octets += sizeBytes;
      return count(size);
    }
    int written = 0;
    for (int i = 0; i < size; i++) {
      PreparedFrame frame = frames[i];
      if (frame != null && wasWritten(connection.offer(frame), metrics)) {
        written++;
        octets += frame.sizeBytes();
      }
    }
    return count(written);
  }

  /** Offers what is not numbered. Returns how many frames were written. */
  int offerUnnumberedTo(Connection connection, GatewayMetrics metrics) {
    int written = 0;
    for (int i = 0; i < size; i++) {
      PreparedFrame frame = frames[i];
      if (frame != null
          && frame.delivery() != Delivery.NUMBERED
          && wasWritten(connection.offer(frame), metrics)) {
        written++;
        octets += frame.sizeBytes();
      }
    }
    return count(written);
  }

  private int count(int written) {
    if (written > 0) {
      deliveries += written;
      writes++;
    }
    return written;
  }

  /** Notes for both what was sent since it was asked last. */
  void charge(Subscribers channel, Cost all, int span) {
    Cost cost = channel.costIn(span, writes);
    if (cost != null) {
      cost.add(publications, deliveries, writes, octets);
    }
    all.add(publications, deliveries, writes, octets);
    publications = 0;
    deliveries = 0;
    writes = 0;
    octets = 0;
  }

  /** Counts what became of a frame. */
  static boolean wasWritten(OfferResult result, GatewayMetrics metrics) {
    return switch (result) {
      case WRITTEN -> true;
      case DROPPED -> {
        metrics.dropped.inc();
        yield false;
      }
      case WITHHELD -> {
        metrics.withheld.inc();
        yield false;
      }
      case CLOSED_SLOW -> {
        metrics.closed(CloseReason.SLOW_CONSUMER.code());
        yield false;
      }
      case GONE -> false;
    };
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
