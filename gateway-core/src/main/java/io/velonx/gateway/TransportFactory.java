package io.velonx.gateway;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.velonx.gateway.GatewayConfig.Transport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Netty classes of the transport that is used.
 *
 * @param used never {@link Transport#AUTO}
 */
record TransportFactory(
    Transport used, IoHandlerFactory ioHandlers, Class<? extends ServerChannel> serverChannel) {
  private static final Logger log = LoggerFactory.getLogger(TransportFactory.class);

  /**
   * Fails: {@link IllegalStateException} when the transport was asked for by name and is missing.
   */
  static TransportFactory of(Transport wanted) {
    return switch (wanted) {
      case AUTO -> {
        if (Epoll.isAvailable()) {
          yield epoll();
        }
        // A quarter to two fifths more processor time per delivery: somebody should know.
        log.warn(
            "epoll is not available, using NIO reason={}", reason(Epoll.unavailabilityCause()));
        yield nio();
      }
      case EPOLL -> {
        require(Epoll.isAvailable(), wanted, Epoll.unavailabilityCause());
        yield epoll();
      }
      case NIO -> nio();
      case IO_URING -> {
        require(IoUring.isAvailable(), wanted, IoUring.unavailabilityCause());
        yield new TransportFactory(
            Transport.IO_URING, IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class);
      }
    };
  }

  /** Whether a loop finishes the read of one socket before it begins the next. */
  boolean readsOneSocketAtATime() {
    return used != Transport.IO_URING;
  }

  private static TransportFactory epoll() {
    return new TransportFactory(
        Transport.EPOLL, EpollIoHandler.newFactory(), EpollServerSocketChannel.class);
  }

  private static TransportFactory nio() {
    return new TransportFactory(
        Transport.NIO, NioIoHandler.newFactory(), NioServerSocketChannel.class);
  }

  private static void require(boolean available, Transport transport, @Nullable Throwable cause) {
    if (!available) {
      throw new IllegalStateException(
          "transport: " + transport + " is not available here (" + reason(cause) + ")", cause);
    }
  }

  private static String reason(@Nullable Throwable cause) {
    return cause == null ? "unknown" : String.valueOf(cause.getMessage());
  }
}
