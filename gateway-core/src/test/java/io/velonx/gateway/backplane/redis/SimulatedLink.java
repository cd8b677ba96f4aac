package io.velonx.gateway.backplane.redis;

import io.netty.channel.IoEventLoop;
import io.velonx.gateway.backplane.Backplane;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;

/** The real backplane of a node over a Redis that is played. Threading: the test's thread. */
public final class SimulatedLink implements RedisLink {
  private static final InetSocketAddress ADDRESS =
      InetSocketAddress.createUnresolved("simulated", 6379);

  private final Wire wire;
  private @Nullable RedissonClient client;

  private SimulatedLink(Wire wire, Reachability reachability) {
    this.wire = wire;
    wire.onLost(() -> disconnected(reachability));
  }

  /** A backplane that connects when it is started. */
  public static Backplane backplane(
      Wire wire, String nodeId, BackplaneTimings timings, RandomGenerator random) {
    return new RedissonBackplane(
        "simulated",
        timings,
        new NodeId(nodeId),
        (reachability, backoff) -> new SimulatedLink(wire, reachability),
        random);
  }

  /** The name of the script with that digest or source. */
  public static String scriptOf(String digestOrSource) {
    for (Script script : Script.values()) {
      if (script.digest().equals(digestOrSource) || script.source().equals(digestOrSource)) {
        return script.name();
      }
    }
    throw new IllegalArgumentException("no script: " + digestOrSource);
  }

  @Override
  public void open(IoEventLoop home, Consumer<RedissonClient> connected) {
    wire.open(
        opened -> {
          client = opened;
          connected.accept(opened);
        });
  }

  @Override
  public @Nullable RedissonClient client() {
    return client;
  }

  @Override
  public void reconnectTopics() {
    wire.reconnectTopics();
  }

  @Override
  public CompletionStage<Void> close(Duration time) {
    return CompletableFuture.completedStage(null);
  }

  @SuppressWarnings("deprecation")
  private static void disconnected(Reachability reachability) {
    reachability.topicsLost();
    reachability.onDisconnect(ADDRESS);
  }

  /** What is played. */
  public interface Wire {
    void open(Consumer<RedissonClient> connected);

    void reconnectTopics();

    /** Tells when a connection is lost. */
    void onLost(Runnable listener);
  }
}
