package io.velonx.gateway.backplane.redis;

import io.netty.channel.IoEventLoop;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;

/** The connections of a node to Redis. Threading: any thread. */
interface RedisLink {
  /**
   * Connects, for as long as it takes, and hands over the client once it works.
   *
   * @param home the event loop that reads the sockets
   */
  void open(IoEventLoop home, Consumer<RedissonClient> connected);

  /** The client, or null before the first connection and after the end. */
  @Nullable RedissonClient client();

  /** Ends the connection that listens to topics; another one is made, with all its topics. */
  void reconnectTopics();

  /** Ends the connections; completes when they are closed, or given up after this time. */
  CompletionStage<Void> close(Duration time);

  /** Makes the link of a node. */
  @FunctionalInterface
  interface Factory {
    RedisLink create(Reachability reachability, Backoff backoff);
  }
}
