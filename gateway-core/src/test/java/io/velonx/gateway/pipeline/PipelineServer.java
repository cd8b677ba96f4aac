package io.velonx.gateway.pipeline;

import com.codahale.metrics.MetricRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.velonx.gateway.auth.LoginPolicy;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.auth.TokenVerifier;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import io.velonx.gateway.connection.ConnectionListener;
import io.velonx.gateway.limit.Gate;
import io.velonx.gateway.limit.LimitConfig;
import io.velonx.gateway.limit.UserAdmission;
import io.velonx.gateway.metrics.GatewayMetrics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A pipeline behind a real port of the loopback, with a listener of the test's choice.
 *
 * <p>The token is the user id; {@code bad…} is refused.
 */
final class PipelineServer implements AutoCloseable {
  static final PublicHttp HTTP =
      path ->
          switch (path) {
            case "/api/community/ws/health" -> HttpAnswer.text(200, "fine");
            case "/large" -> HttpAnswer.text(200, "x".repeat(64 * 1024));
            default -> null;
          };

  private static final TokenVerifier VERIFIER =
      token ->
          token.startsWith("bad")
              ? new Verification.Refused("bad")
              : new Verification.Accepted(new Principal(token, null, null, null));

  final GatewayMetrics metrics = new GatewayMetrics(new MetricRegistry());
  volatile boolean accepting = true;

  private final EventLoopGroup group;
  private final PipelineInitializer initializer;
  private final Channel listening;

  PipelineServer(PipelineConfig config, ConnectionListener listener, int port) {
    boolean epoll = Epoll.isAvailable();
    group =
        new MultiThreadIoEventLoopGroup(
            2, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    List<EventLoop> loops = new ArrayList<>();
    for (EventExecutor loop : group) {
      loops.add((EventLoop) loop);
    }
    initializer =
        new PipelineInitializer(
            config,
            loops,
            index -> listener,
            LoginPolicy.tokensOnly(VERIFIER),
            HTTP,
            () -> accepting,
            Gate.of(LimitConfig.DEFAULT, UserAdmission.EVERYBODY),
            null,
            metrics);
    Class<? extends ServerChannel> type =
        epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    listening =
        new ServerBootstrap()
            .group(group)
            .channel(type)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(initializer)
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .syncUninterruptibly()
            .channel();
  }

  int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  PipelineInitializer initializer() {
    return initializer;
  }

  /** The counter of that name; 0 when it was never touched. */
  long count(String name) {
    var counter = metrics.registry().getCounters().get(name);
    return counter == null ? 0 : counter.getCount();
  }

  void awaitEnd() {
    listening.closeFuture().syncUninterruptibly();
  }

  @Override
  public void close() {
    listening.close().syncUninterruptibly();
    group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
