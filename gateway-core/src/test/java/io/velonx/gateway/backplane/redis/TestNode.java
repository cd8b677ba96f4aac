package io.velonx.gateway.backplane.redis;

import static org.awaitility.Awaitility.await;

import io.velonx.gateway.backplane.RecordingListener;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.Homes;
import io.velonx.gateway.testing.RedisServer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One backplane with a listener that remembers. */
final class TestNode implements AutoCloseable {
  /** Quick to react, and yet not so short that a busy machine loses its lease. */
  static final BackplaneTimings QUICK =
      new BackplaneTimings(
          Duration.ofSeconds(3),
          Duration.ofMillis(200),
          Duration.ofMillis(100),
          Duration.ofSeconds(2));

  private static final Random RANDOM = new Random();

  final RecordingListener listener = new RecordingListener();
  final RedissonBackplane backplane;

  private TestNode(RedisConfig redis, String name, BackplaneTimings timings) {
    backplane = new RedissonBackplane(redis, timings, NodeId.create(name, RANDOM));
  }

  /** A node that is connected. */
  static TestNode connected(RedisServer redis, String name) {
    return connected(redis, name, QUICK);
  }

  static TestNode connected(String url, String name) {
    TestNode node = started(RedisConfig.parse(url), name, QUICK);
    node.awaitHealthy();
    return node;
  }

  static TestNode connected(RedisServer redis, String name, BackplaneTimings timings) {
    TestNode node = started(redis, name, timings);
    node.awaitHealthy();
    return node;
  }

  /** A node that may not be connected yet. */
  static TestNode started(RedisServer redis, String name, BackplaneTimings timings) {
    return started(RedisConfig.parse(redis.url()), name, timings);
  }

  static TestNode started(RedisConfig redis, String name, BackplaneTimings timings) {
    TestNode node = new TestNode(redis, name, timings);
    node.backplane.start(node.listener, Homes.next());
    return node;
  }

  void awaitHealthy() {
    await().atMost(Duration.ofSeconds(20)).until(() -> backplane.health().isHealthy());
  }

  void subscribe(ChannelName channel) {
    listener.add(channel);
    get(backplane.subscribe(channel));
  }

  void unsubscribe(ChannelName channel) {
    listener.remove(channel);
    backplane.unsubscribe(channel);
  }

  /** Ends like a killed process: nothing is given back. */
  @Override
  public void close() {
    backplane.close();
  }

  static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
