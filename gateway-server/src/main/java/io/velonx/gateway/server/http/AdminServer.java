package io.velonx.gateway.server.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * The listener of the admin port, on a thread of its own: it answers when every other event loop is
 * busy.
 */
public final class AdminServer implements AutoCloseable {
  /** Scrapers come back within a minute. */
  private static final int IDLE_SECONDS = 90;

  private final EventLoopGroup loop;
  private final Channel listener;

  private AdminServer(EventLoopGroup loop, Channel listener) {
    this.loop = loop;
    this.listener = listener;
  }

  /**
   * Listens. Fails: {@link IOException} when the address cannot be bound.
   *
   * @param maxBodyBytes the largest envelope that may be published
   */
  public static AdminServer start(String host, int port, int maxBodyBytes, AdminRoutes routes)
      throws IOException {
    InetSocketAddress address = new InetSocketAddress(host, port);
    EventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("gateway-admin"), NioIoHandler.newFactory());
    HostCheck hosts = HostCheck.of(host, address.getAddress());
    ChannelFuture bound =
        new ServerBootstrap()
            .group(loop)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel ch) {
                    ch.pipeline()
                        .addLast(new IdleStateHandler(0, 0, IDLE_SECONDS))
                        .addLast(new HttpServerCodec())
                        .addLast(new AdminBodyAggregator(maxBodyBytes))
                        .addLast(new AdminHandler(routes, hosts));
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw new IOException(
          "cannot listen on " + host + ":" + port + ": " + bound.cause().getMessage(),
          bound.cause());
    }
    return new AdminServer(loop, bound.channel());
  }

  /** The port that is listened on. */
  public int port() {
    return ((InetSocketAddress) listener.localAddress()).getPort();
  }

  /** Ends the listener and its connections, without waiting. */
  @Override
  public void close() {
    listener.close();
    loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
