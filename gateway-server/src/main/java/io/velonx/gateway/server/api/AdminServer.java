package io.velonx.gateway.server.api;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.velonx.gateway.server.http.StaticPages;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A listener of the back end's interface: on a thread of its own, where it answers when every other
 * event loop is busy, or on one of the node's, where a publication changes threads nowhere.
 */
public final class AdminServer implements AutoCloseable {
  /** Scrapers come back within a minute. */
  private static final int IDLE_SECONDS = 90;

  private final @Nullable EventLoopGroup own;
  private final Channel listener;

  private AdminServer(@Nullable EventLoopGroup own, Channel listener) {
    this.own = own;
    this.listener = listener;
  }

  /**
   * Listens on a thread of its own. Fails: {@link IOException} when the address cannot be bound.
   *
   * @param maxBodyBytes the largest body
   */
  public static AdminServer start(String host, int port, int maxBodyBytes, BackEndApi api)
      throws IOException {
    return start(host, port, maxBodyBytes, api, StaticPages.NONE);
  }

  /** As the other, with pages for people, which need no key: what they show does. */
  public static AdminServer start(
      String host, int port, int maxBodyBytes, BackEndApi api, StaticPages pages)
      throws IOException {
    boolean epoll = Epoll.isAvailable();
    IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
    EventLoopGroup own =
        new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("gateway-admin"), io);
    try {
      Channel listener =
          listen(
              own,
              epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class,
              host,
              port,
              maxBodyBytes,
              api,
              pages);
      return new AdminServer(own, listener);
    } catch (IOException e) {
      own.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw e;
    }
  }

  /** Listens on that event loop, which lives longer; else as the other. */
  public static AdminServer startOn(
      EventLoopGroup loop,
      Class<? extends ServerChannel> transport,
      String host,
      int port,
      int maxBodyBytes,
      BackEndApi api)
      throws IOException {
    return new AdminServer(
        null, listen(loop, transport, host, port, maxBodyBytes, api, StaticPages.NONE));
  }

  /** The port that is listened on. */
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Ends the listener, and its connections where the thread is its own, without waiting. */
  @Override
  public void close() {
    if (listener.isOpen()) {
      listener.close();
    }
    if (own != null) {
      own.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private static Channel listen(
      EventLoopGroup loop,
      Class<? extends ServerChannel> transport,
      String host,
      int port,
      int maxBodyBytes,
      BackEndApi api,
      StaticPages pages)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    HostCheck hosts = HostCheck.of(host, address.getAddress());
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(transport)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel ch) {
                    ch.pipeline()
                        .addLast(new IdleStateHandler(IDLE_SECONDS, 0, 0))
                        .addLast(new HttpServerCodec())
                        .addLast(new AdminBodyAggregator(maxBodyBytes))
                        .addLast(new AdminHandler(api, pages, hosts));
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new IOException(
          "cannot listen on " + host + ":" + port + ": " + bound.cause().getMessage(),
          bound.cause());
    }
    return bound.channel();
  }
}
