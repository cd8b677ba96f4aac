package io.velonx.gateway.backplane.redis;

import io.netty.channel.IoEventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/**
 * Makes the first connection, for as long as it takes, on a thread of its own; from then on
 * Redisson reconnects by itself. Threading: any thread.
 */
final class RedissonLink implements RedisLink {
  /** For a client that connects when the node has ended already. */
  private static final Duration LATE_END = Duration.ofSeconds(4);

  private final Function<IoEventLoop, Config> config;
  private final Reachability reachability;
  private final Backoff backoff;
  private final SubscriberHook subscribers;
  private final CountDownLatch closing = new CountDownLatch(1);

  /** Done while no attempt is under way. */
  private volatile CompletableFuture<Void> connecting = CompletableFuture.completedFuture(null);

  private volatile @Nullable RedissonClient client;

  RedissonLink(
      RedisConfig redis,
      BackplaneTimings timings,
      String clientName,
      Reachability reachability,
      Backoff backoff) {
    subscribers = new SubscriberHook(reachability::topicsLost);
    config =
        home -> RedissonClients.config(redis, timings, clientName, reachability, subscribers, home);
    this.reachability = reachability;
    this.backoff = backoff;
  }

  @Override
  public void open(IoEventLoop home, Consumer<RedissonClient> connected) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    connecting = done;
    start(
        "velonx-redis-connect",
        () -> connect(home, connected).whenComplete((end, failure) -> done.complete(null)));
  }

  @Override
  public @Nullable RedissonClient client() {
    return client;
  }

  @Override
  public void reconnectTopics() {
    subscribers.reconnect();
  }

  @Override
  public CompletionStage<Void> close(Duration time) {
    RedissonClient ended;
    synchronized (this) {
      closing.countDown();
      ended = client;
      client = null;
    }
    // An attempt that is under way needs the event loop, which may end after this.
    return ended == null
        ? connecting.copy().completeOnTimeout(null, time.toMillis(), TimeUnit.MILLISECONDS)
        : shutdown(ended, time);
  }

  private CompletionStage<Void> connect(IoEventLoop home, Consumer<RedissonClient> connected) {
    for (int failures = 1; closing.getCount() > 0; failures++) {
      try {
        RedissonClient created = Redisson.create(config.apply(home));
        if (!adopt(created)) {
          return shutdown(created, LATE_END);
        }
        connected.accept(created);
        break;
      } catch (RuntimeException e) {
        reachability.failed(e);
      }
      pause(backoff.after(failures));
    }
    return CompletableFuture.completedFuture(null);
  }

  private synchronized boolean adopt(RedissonClient created) {
    if (closing.getCount() == 0) {
      return false;
    }
    client = created;
    return true;
  }

  private void pause(Duration pause) {
    try {
      if (closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      // Nobody interrupts this thread but a process that ends.
      closing.countDown();
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Where Redis does not answer, Redisson's own end is reached on the thread of its timer, from
   * which the timer cannot be stopped; so that is done here.
   */
  private static CompletionStage<Void> shutdown(RedissonClient client, Duration time) {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    client
        // It waits twice: for commands under way, then for connections to close.
        .shutdownAsync(Duration.ZERO, time.dividedBy(2))
        .toCompletableFuture()
        .orTimeout(time.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (done, failure) ->
                start(
                    "velonx-redis-end",
                    () -> {
                      ((Redisson) client).getServiceManager().getTimer().stop();
                      ended.complete(null);
                    }));
    return ended;
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }
}
