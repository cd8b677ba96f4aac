package io.velonx.gateway.backplane.redis;

import io.velonx.gateway.backplane.BackplaneState;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whether the bus is up, and leads the node back after an outage, one step after the other:
 * who comes first makes the next one cheap or right.
 *
 * <pre>
 *   DEGRADED → RECOVERING → UP
 *       ↖________↙__________↲
 * </pre>
 *
 * Back to degraded leads what shows an outage: a command that fails, beacons that do not come back,
 * or a connection that is lost for longer than a second.
 *
 * <p>Threading: the control thread, except {@link #state}.
 */
final class Recovery {
  /** Time enough to replace a lost connection, which is no outage. */
  private static final Duration TOLERANCE = Duration.ofSeconds(1);

  /** A step that takes longer is not waited for: what it brings comes a little later then. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** All nodes see Redis return at the same moment. */
  private static final long SPREAD_MILLIS = 500;

  private static final Logger log = LoggerFactory.getLogger(Recovery.class);

  private final Reachability reachability;
  private final List<Step> steps;
  private final RandomGenerator random;
  private final ControlThread control;
  private volatile BackplaneState state = BackplaneState.DEGRADED;
  private boolean wasUp;
  private boolean unhealthy;
  private long unhealthySinceNanos;
  private int attempt;

  Recovery(
      Reachability reachability, List<Step> steps, RandomGenerator random, ControlThread control) {
    this.reachability = reachability;
    this.steps = List.copyOf(steps);
    this.random = random;
    this.control = control;
  }

  /** Threading: any thread. */
  BackplaneState state() {
    return state;
  }

  /** Looks at the connections; called when they change and from time to time. */
  void update() {
    if (reachability.health().isHealthy()) {
      unhealthy = false;
      if (state == BackplaneState.DEGRADED) {
        recover();
      }
      return;
    }
    long now = control.nanoTime();
    if (!unhealthy) {
      unhealthy = true;
      unhealthySinceNanos = now;
    }
    boolean lasting = now - unhealthySinceNanos >= TOLERANCE.toNanos();
    if (state != BackplaneState.DEGRADED && (lasting || reachability.isBroken())) {
      state = BackplaneState.DEGRADED;
      attempt++;
      log.warn(
          "backplane degraded commands={} topics={}",
          reachability.health().publisherConnected(),
          reachability.health().subscriberConnected());
    }
  }

  private void recover() {
    int current = ++attempt;
    state = BackplaneState.RECOVERING;
    if (wasUp) {
      long pause = random.nextLong(SPREAD_MILLIS);
      control.after(Duration.ofMillis(pause), () -> proceed(steps.iterator(), current));
    } else {
      // Behind what has arrived already.
      control.execute(() -> proceed(steps.iterator(), current));
    }
  }

  private void proceed(Iterator<Step> rest, int current) {
    if (current != attempt) {
      return;
    }
    if (!rest.hasNext()) {
      wasUp = true;
      state = BackplaneState.UP;
      log.info("backplane up");
      return;
    }
    Step step = rest.next();
    long since = control.nanoTime();
    inTime(step.action.get())
        .whenCompleteAsync(
            (done, failure) -> {
              log.debug(
                  "recovery step={} millis={}",
                  step.name,
                  TimeUnit.NANOSECONDS.toMillis(control.nanoTime() - since));
              if (failure == null) {
                proceed(rest, current);
              } else if (current == attempt) {
                // The next look begins again.
                state = BackplaneState.DEGRADED;
              }
            },
            control);
  }

  private CompletionStage<Void> inTime(CompletionStage<Void> stage) {
    CompletableFuture<Void> ended = stage.toCompletableFuture().copy();
    if (!ended.isDone()) {
      control.after(PATIENCE, () -> ended.complete(null));
    }
    return ended;
  }

  /** One thing to do, and when it is done. */
  record Step(String name, Supplier<CompletionStage<Void>> action) {}
}
