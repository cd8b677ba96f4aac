package io.velonx.gateway.history;

import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.metrics.GatewayMetrics;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What every log of a node needs. */
record LogServices(
    Backplane backplane,
    Outlet outlet,
    RingBudget budget,
    ScheduledExecutorService control,
    LongSupplier nanoTime,
    GatewayMetrics metrics) {
  /** Runs the task after a while, unless the node has ended by then. */
  void later(Duration pause, Runnable task) {
    try {
      control.schedule(task, pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException ended) {
      // Nobody waits for it any more.
    }
  }
}
