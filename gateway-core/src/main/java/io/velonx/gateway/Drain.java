package io.velonx.gateway;

import io.velonx.gateway.DrainProgress.State;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Push;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Empties a node that takes no newcomers: tells its connections to come back elsewhere, each after
 * a moment of its own, and closes them in batches in random order, so that the nodes they go to are
 * not hit by all at once.
 *
 * <p>Threading: any thread; it runs on the control thread.
 */
final class Drain {
  private static final Duration STEP = Duration.ofMillis(20);

  /** The longest moment a client is asked to wait: it spreads a batch, and nobody misses much. */
  private static final int MOST_DELAY_MILLIS = 1_000;

  private static final Duration REPORT_INTERVAL = Duration.ofSeconds(2);
  private static final Logger log = LoggerFactory.getLogger(Drain.class);

  private final ConnectionRegistry connections;
  private final ScheduledExecutorService control;
  private final GatewayMetrics metrics;
  private volatile @Nullable Run current;

  Drain(ConnectionRegistry connections, ScheduledExecutorService control, GatewayMetrics metrics) {
    this.connections = connections;
    this.control = control;
    this.metrics = metrics;
  }

  /**
   * Begins to send everybody away; a drain under way ends in favour of this one.
   *
   * @return completes when no connection is left, or the drain was cancelled
   */
  CompletionStage<Void> begin(DrainPlan plan) {
    Run run = new Run(plan);
    current = run;
    control.execute(run::begin);
    return run.empty;
  }

  /** Stops sending clients away; who has been told to go goes. */
  void cancel() {
    current = null;
  }

  DrainProgress progress() {
    Run run = current;
    int left = connections.size();
    return run == null
        ? new DrainProgress(State.SERVING, left, left, Duration.ZERO)
        : new DrainProgress(
            left == 0 ? State.DRAINED : State.DRAINING,
            Math.max(run.total, left),
            left,
            run.elapsed());
  }

  /** One drain. */
  private final class Run {
    private final DrainPlan plan;
    private final CompletableFuture<Void> empty = new CompletableFuture<>();
    private final Deque<Connection> toClose = new ArrayDeque<>();
    private final long startNanos = System.nanoTime();
    private volatile int total;
    private int batch;
    private long newestId;
    private long reportedNanos = startNanos;

    Run(DrainPlan plan) {
      this.plan = plan;
    }

    Duration elapsed() {
      return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    void begin() {
      collect();
      total = toClose.size();
      // Half of the time to ask, the other half for the answers.
      long steps = Math.max(1, plan.timeout().toNanos() / 2 / STEP.toNanos());
      int slowest = (int) (total / steps + 1);
      int usual = (int) (plan.closesPerSecond() * STEP.toMillis() / 1000);
      batch = Math.max(slowest, Math.max(1, usual));
      log.info("draining connections={} timeout={}", total, plan.timeout());
      step();
    }

    private void step() {
      if (current != this) {
        log.info("drain cancelled left={}", connections.size());
        empty.complete(null);
        return;
      }
      if (toClose.isEmpty()) {
        // An upgrade that was under way when the drain began.
        collect();
      }
      for (int i = 0; i < batch && !toClose.isEmpty(); i++) {
        sendAway(toClose.remove());
      }
      boolean late = elapsed().compareTo(plan.timeout()) >= 0;
      if (late) {
        connections.forEach(connection -> connection.execute(connection::abort));
      }
      int left = connections.size();
      if (left == 0 || late) {
        log.info("drained total={} left={} millis={}", total, left, elapsed().toMillis());
        empty.complete(null);
        return;
      }
      report(left);
      control.schedule(this::step, STEP.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Queues the connections that were not there the last time. */
    private void collect() {
      List<Connection> newcomers = new ArrayList<>();
      connections.forEach(
          connection -> {
            if (connection.id() > newestId) {
              newcomers.add(connection);
            }
          });
      newcomers.forEach(connection -> newestId = Math.max(newestId, connection.id()));
      Collections.shuffle(newcomers);
      toClose.addAll(newcomers);
    }

    private void sendAway(Connection connection) {
      int delayMillis = ThreadLocalRandom.current().nextInt(MOST_DELAY_MILLIS);
      byte[] reconnect = EnvelopeWriter.write(new Push.Reconnect("drain", delayMillis));
      connection.execute(
          () -> {
            if (connection.isOpen()) {
              metrics.closed(CloseReason.DRAINED.code());
              connection.send(reconnect, Delivery.DURABLE);
              connection.close(CloseReason.DRAINED);
            }
          });
    }

    private void report(int left) {
      long now = System.nanoTime();
      if (now - reportedNanos >= REPORT_INTERVAL.toNanos()) {
        reportedNanos = now;
        log.info("draining left={} of={}", left, total);
      }
    }
  }
}
