package io.velonx.gateway;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * Sizes the buffers of reads by what the event loop read before, from whichever socket.
 *
 * <p>What Netty keeps for it means something only during one read, or is an estimate that a loop
 * makes as well as a socket; one for each loop instead of one for each socket saves 144 bytes for
 * each connection.
 *
 * <p>Threading: event loops that read one socket at a time.
 */
@SuppressWarnings("deprecation") // Handle, which newHandle() returns all the same
final class LoopReadSize implements RecvByteBufAllocator {
  /** A smaller one would save nothing: it goes back when the read is done. */
  private static final int LEAST_BYTES = 2048;

  private static final int MOST_BYTES = 64 * 1024;

  /** Netty's own default for sockets; then it is another one's turn. */
  private static final int READS_IN_A_ROW = 16;

  private final RecvByteBufAllocator adaptive =
      new AdaptiveRecvByteBufAllocator(LEAST_BYTES, LEAST_BYTES, MOST_BYTES)
          .maxMessagesPerRead(READS_IN_A_ROW);

  private final FastThreadLocal<Handle> ofLoop =
      new FastThreadLocal<>() {
        @Override
        protected Handle initialValue() {
          return adaptive.newHandle();
        }
      };

  /** Called on the loop of the socket, before its first read. */
  @Override
  public Handle newHandle() {
    return ofLoop.get();
  }
}
