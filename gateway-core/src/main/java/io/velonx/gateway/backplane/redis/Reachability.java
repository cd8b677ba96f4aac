package io.velonx.gateway.backplane.redis;

import io.velonx.gateway.backplane.BackplaneHealth;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.redisson.connection.ConnectionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Redis answers commands and whether publications arrive, as last seen. A lost connection
 * makes both false until an answer and a beacon prove otherwise. Threading: any thread.
 *
 * <p>Logs one line when Redis becomes unreachable and one when it is back.
 */
final class Reachability implements ConnectionListener {
  private static final Logger log = LoggerFactory.getLogger(Reachability.class);

  private final String address;
  private volatile Watcher watcher = Watcher.NOBODY;
  private volatile boolean failing;
  private volatile boolean silent;
  private final AtomicInteger losses = new AtomicInteger();
  private volatile BackplaneHealth health = new BackplaneHealth(false, false);
  // What the last line in the log said; guarded by this.
  private @Nullable Boolean logged;
  private boolean closed;

  Reachability(String address) {
    this.address = address;
  }

  BackplaneHealth health() {
    return health;
  }

  /** Tells that one of every change from now on. */
  void watch(Watcher newWatcher) {
    watcher = newWatcher;
  }

  /** Whether it is more than a lost connection: a command failed, or beacons did not come back. */
  boolean isBroken() {
    return failing || silent;
  }

  /** How often connections were lost; counted before anything is sent by those that follow. */
  int losses() {
    return losses.get();
  }

  /** Redis answered a command. */
  void answered() {
    failing = false;
    if (!health.publisherConnected()) {
      change(true, null, null);
    }
  }

  /** A beacon came back through a topic. */
  void heard() {
    silent = false;
    if (!health.subscriberConnected()) {
      change(null, true, null);
    }
  }

  /** Redis did not answer. */
  void failed(Throwable cause) {
    failing = true;
    change(false, null, cause);
  }

  /** No beacon came back for too long. */
  void silent() {
    silent = true;
    change(null, false, null);
  }

  /** The connection that brings publications is lost, with all its topics. */
  void topicsLost() {
    watcher.topicsLost();
  }

  /** The backplane has ended: nothing is reachable any more, and that is no news. */
  synchronized void closed() {
    closed = true;
    health = new BackplaneHealth(false, false);
  }

  // Redisson calls the newer methods, which by default call these; one may not implement only
  // those.
  @Override
  @SuppressWarnings("deprecation")
  public void onConnect(InetSocketAddress node) {}

  @Override
  @SuppressWarnings("deprecation")
  public void onDisconnect(InetSocketAddress node) {
    losses.incrementAndGet();
    change(false, false, null);
    watcher.disconnected();
  }

  /** Takes over what is known; null leaves a value as it was. */
  private void change(
      @Nullable Boolean publisher, @Nullable Boolean subscriber, @Nullable Throwable cause) {
    note(publisher, subscriber, cause);
    watcher.changed();
  }

  private synchronized void note(
      @Nullable Boolean publisher, @Nullable Boolean subscriber, @Nullable Throwable cause) {
    if (closed) {
      return;
    }
    BackplaneHealth next =
        new BackplaneHealth(
            publisher == null ? health.publisherConnected() : publisher,
            subscriber == null ? health.subscriberConnected() : subscriber);
    health = next;
    boolean healthy = next.isHealthy();
    // Before the first connection neither half is news, a failure is.
    boolean news = logged == null ? healthy || cause != null : healthy != logged;
    if (!news) {
      return;
    }
    logged = healthy;
    if (healthy) {
      log.info("redis reachable address={}", address);
    } else {
      log.warn(
          "redis unreachable address={} commands={} topics={} cause={}",
          address,
          next.publisherConnected(),
          next.subscriberConnected(),
          cause == null ? "connection lost" : ScriptRunner.describe(cause));
    }
  }

  /**
   * Who acts on what happens to the connections. Threading: any thread calls; nothing may block.
   */
  interface Watcher {
    Watcher NOBODY =
        new Watcher() {
          @Override
          public void changed() {}

          @Override
          public void disconnected() {}

          @Override
          public void topicsLost() {}
        };

    /** Health may be another. */
    void changed();

    /** Some connection is lost. */
    void disconnected();

    /** The connection with the topics is lost. */
    void topicsLost();
  }
}
