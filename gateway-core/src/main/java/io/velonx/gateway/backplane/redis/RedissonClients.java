package io.velonx.gateway.backplane.redis;

import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.time.Duration;
import org.redisson.client.NettyHook;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.config.Config;
import org.redisson.config.EqualJitterDelay;
import org.redisson.config.SingleServerConfig;
import org.redisson.config.SslVerificationMode;
import org.redisson.config.TransportMode;
import org.redisson.connection.ConnectionListener;

/** The settings of Redisson that many topics and ordered publishing need. */
final class RedissonClients {
  /** One for each lane, and one for whatever else Redisson sends. */
  private static final int COMMAND_CONNECTIONS = CommandLanes.ALL_LANES + 1;

  /** No limit: the default of five topics a connection ends at 250 channels. */
  private static final int TOPICS_PER_CONNECTION = 1_000_000;

  /** An unanswered ping ends a half-open connection by the next one; not those with topics. */
  private static final int PING_INTERVAL_MILLIS = 5_000;

  private RedissonClients() {}

  static Config config(
      RedisConfig redis,
      BackplaneTimings timings,
      String clientName,
      ConnectionListener listener,
      NettyHook hook,
      IoEventLoop home) {
    Config config = new Config();
    config.setEventLoopGroup(home);
    config.setTransportMode(transportOf(home));
    config.setExecutor(new DirectExecutor());
    config.setCodec(ByteArrayCodec.INSTANCE);
    config.setConnectionListener(listener);
    config.setNettyHook(hook);
    // With it Redisson turns EVAL into EVALSHA on its own and, inside a batch, never falls back.
    config.setUseScriptCache(false);
    config.setTcpNoDelay(true);
    config.setTcpKeepAlive(true);
    config.setUsername(redis.user());
    config.setPassword(redis.password());
    config.setSslVerificationMode(
        redis.verifyCertificates() ? SslVerificationMode.STRICT : SslVerificationMode.NONE);
    SingleServerConfig server = config.useSingleServer();
    server.setAddress(redis.address());
    server.setDatabase(redis.database());
    server.setClientName(clientName);
    server.setSubscriptionsPerConnection(TOPICS_PER_CONNECTION);
    // A single subscribing connection is a single order for everything that arrives.
    server.setSubscriptionConnectionPoolSize(1);
    server.setSubscriptionConnectionMinimumIdleSize(1);
    server.setConnectionPoolSize(COMMAND_CONNECTIONS);
    server.setConnectionMinimumIdleSize(COMMAND_CONNECTIONS);
    server.setTimeout((int) timings.commandTimeout().toMillis());
    // A request that is lost with its connection is noticed only by this.
    server.setSubscriptionTimeout((int) timings.commandTimeout().multipliedBy(2).toMillis());
    server.setConnectTimeout((int) timings.commandTimeout().toMillis());
    // A repeated PUBLISH would be delivered twice; what may be repeated is repeated by its owner.
    server.setRetryAttempts(0);
    server.setPingConnectionInterval(PING_INTERVAL_MILLIS);
    server.setReconnectionDelay(
        new EqualJitterDelay(Duration.ofMillis(100), Duration.ofSeconds(2)));
    return config;
  }

  private static TransportMode transportOf(IoEventLoop home) {
    if (home.isIoType(EpollIoHandler.class)) {
      return TransportMode.EPOLL;
    }
    return home.isIoType(NioIoHandler.class) ? TransportMode.NIO : TransportMode.IO_URING;
  }
}
