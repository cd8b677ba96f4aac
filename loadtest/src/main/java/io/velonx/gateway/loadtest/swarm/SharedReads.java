package io.velonx.gateway.loadtest.swarm;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * One big buffer that every read of an event loop goes into: handlers are done with it when they
 * return.
 *
 * <p>Threading: that event loop. Ownership: owns the buffer until {@link #release}.
 */
final class SharedReads extends DefaultMaxMessagesRecvByteBufAllocator {
  static final int BYTES = 64 * 1024;

  /** Connections take turns; a busy one gets this many reads in a row. */
  private static final int READS_IN_A_ROW = 4;

  private final ByteBuf buffer;

  SharedReads(ByteBufAllocator allocator) {
    super(READS_IN_A_ROW);
    buffer = allocator.directBuffer(BYTES, BYTES);
  }

  void release() {
    buffer.release();
  }

  @Override
  public ExtendedHandle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public int guess() {
        return BYTES;
      }

      @Override
      public ByteBuf allocate(ByteBufAllocator allocator) {
        return buffer.clear().retain();
      }
    };
  }
}
