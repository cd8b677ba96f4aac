package io.velonx.gateway;

import io.velonx.gateway.backplane.Backplane;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the node does its work: a beacon went through the backplane and came back a moment ago,
 * or did once and need not now. Threading: {@link #isReady} for any thread; probes run on the
 * control thread.
 */
final class Readiness {
  /** Often enough for a load balancer that asks every few seconds. */
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private static final Logger log = LoggerFactory.getLogger(Readiness.class);

  private final Backplane backplane;
  private final boolean whenDegraded;
  private final ScheduledExecutorService control;
  private volatile boolean ready;
  private volatile boolean stopped;

  /**
   * @param whenDegraded whether a node that was ready once stays so without the backplane
   */
  Readiness(Backplane backplane, boolean whenDegraded, ScheduledExecutorService control) {
    this.backplane = backplane;
    this.whenDegraded = whenDegraded;
    this.control = control;
  }

  void start() {
    control.execute(this::probe);
  }

  /** Never ready again. */
  void stop() {
    stopped = true;
    ready = false;
  }

  boolean isReady() {
    return ready;
  }

  private void probe() {
    backplane
        .probe()
        .whenComplete(
            (echo, failure) -> {
              if (stopped) {
                return;
              }
              boolean works = failure == null || (ready && whenDegraded);
              if (works != ready) {
                log.info("readiness changed ready={}", works);
              }
              ready = works;
              control.schedule(this::probe, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            });
  }
}
