package io.velonx.gateway;

import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.CloseReason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Empties a node that takes no newcomers: closes its connections in batches, in random order, so
 * that the nodes they go to are not hit by all at once. Threading: any thread may start it; it runs
 * on the control thread.
 */
final class Drain {
  /** Comfortable for the nodes that take the clients over. */
  private static final int CLOSES_PER_SECOND = 5_000;

  private static final Duration STEP = Duration.ofMillis(20);

  private final ConnectionRegistry connections;
  private final ScheduledExecutorService control;
  private final GatewayMetrics metrics;

  Drain(ConnectionRegistry connections, ScheduledExecutorService control, GatewayMetrics metrics) {
    this.connections = connections;
    this.control = control;
    this.metrics = metrics;
  }

  /**
   * Begins to close.
   *
   * @param deadline who is still there then loses the socket
   * @return completes when no connection is left
   */
  CompletionStage<Void> run(Duration deadline) {
    CompletableFuture<Void> empty = new CompletableFuture<>();
    long endNanos = System.nanoTime() + deadline.toNanos();
    control.execute(
        () -> {
          List<Connection> all = new ArrayList<>();
          connections.forEach(all::add);
          Collections.shuffle(all);
          // Half of the time to ask, the other half for the answers.
          long steps = Math.max(1, deadline.toNanos() / 2 / STEP.toNanos());
          int slowest = (int) Math.max(1, all.size() / steps + 1);
          int usual = (int) (CLOSES_PER_SECOND * STEP.toMillis() / 1000);
          step(new ArrayDeque<>(all), Math.max(slowest, usual), endNanos, empty);
        });
    return empty;
  }

  private void step(
      Deque<Connection> left, int batch, long endNanos, CompletableFuture<Void> empty) {
    for (int i = 0; i < batch && !left.isEmpty(); i++) {
      metrics.closed(CloseReason.DRAINED.code());
      left.remove().close(CloseReason.DRAINED);
    }
    boolean late = System.nanoTime() - endNanos >= 0;
    if (late) {
      connections.forEach(connection -> connection.execute(connection::abort));
    }
    // An upgrade that was under way when the drain began may add a connection behind the list.
    if (left.isEmpty() && connections.size() > 0) {
      connections.forEach(connection -> connection.close(CloseReason.DRAINED));
    }
    if (connections.size() == 0 || late) {
      empty.complete(null);
    } else {
      control.schedule(
          () -> step(left, batch, endNanos, empty), STEP.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
