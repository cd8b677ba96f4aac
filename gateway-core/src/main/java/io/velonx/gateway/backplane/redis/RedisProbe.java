package io.velonx.gateway.backplane.redis;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.api.redisnode.RedisMaster;
import org.redisson.api.redisnode.RedisNode;
import org.redisson.api.redisnode.RedisNodes;
import org.redisson.client.DefaultNettyHook;
import org.redisson.client.RedisException;
import org.redisson.connection.ConnectionListener;

/**
 * What a look at Redis shows, over the same kind of connection as a node has.
 *
 * @param roundTrip the shortest of a few
 * @param clockAhead how much the clock of this machine is ahead of that of Redis
 * @param eviction what Redis does when its memory is full: evicts nothing, or some keys
 */
public record RedisProbe(String version, Duration roundTrip, Duration clockAhead, String eviction) {
  private static final int ROUND_TRIPS = 5;

  /**
   * Connects, asks and ends the connection. Blocks. Fails: {@link IOException} when Redis does not
   * answer or lets nobody in.
   */
  public static RedisProbe ask(RedisConfig redis, Clock clock) throws IOException {
    MultiThreadIoEventLoopGroup group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("gateway-probe", true), NioIoHandler.newFactory());
    try {
      RedissonClient client =
          Redisson.create(
              RedissonClients.config(
                  redis,
                  BackplaneTimings.DEFAULT,
                  "gateway-probe",
                  new Unheard(),
                  new DefaultNettyHook(),
                  group.next()));
      try {
        return ask(client.getRedisNodes(RedisNodes.SINGLE).getInstance(), clock);
      } finally {
        client.shutdown(0, 2, TimeUnit.SECONDS);
      }
    } catch (RedisException e) {
      throw new IOException(ScriptRunner.describe(e), e);
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private static RedisProbe ask(RedisMaster node, Clock clock) {
    Map<String, String> facts = node.info(RedisNode.InfoSection.ALL);
    long shortest = Long.MAX_VALUE;
    long aheadMillis = 0;
    for (int i = 0; i < ROUND_TRIPS; i++) {
      long start = System.nanoTime();
      long theirs = TimeUnit.SECONDS.toMillis(node.time().getSeconds());
      long took = System.nanoTime() - start;
      if (took < shortest) {
        shortest = took;
        aheadMillis = clock.millis() - theirs;
      }
    }
    return new RedisProbe(
        facts.getOrDefault("redis_version", "unknown"),
        Duration.ofNanos(shortest),
        Duration.ofMillis(aheadMillis),
        facts.getOrDefault("maxmemory_policy", "unknown"));
  }

  /** Nobody wants to know. */
  private static final class Unheard implements ConnectionListener {
    @Override
    @SuppressWarnings("deprecation") // the interface still has it
    public void onConnect(InetSocketAddress node) {}

    @Override
    @SuppressWarnings("deprecation") // as above
    public void onDisconnect(InetSocketAddress node) {}
  }
}
