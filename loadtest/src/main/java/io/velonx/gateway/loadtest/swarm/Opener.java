package io.velonx.gateway.loadtest.swarm;

import io.netty.util.concurrent.Promise;
import io.velonx.gateway.loadtest.measure.Pace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Opens the connections of one event loop: so many at a time, so many a second, and none for longer
 * than it may take.
 *
 * <p>Threading: that event loop.
 */
final class Opener {
  private static final long SWEEP_MILLIS = 250;

  private final ClientLoop loop;
  private final Queue<Subscriber> waiting = new ArrayDeque<>();
  private final Set<Subscriber> opening = new LinkedHashSet<>();
  private int atOnce = 1;
  private @Nullable Pace pace;
  private long started;
  private @Nullable Promise<Void> done;
  private boolean sweeping;
  private int announced;

  Opener(ClientLoop loop) {
    this.loop = loop;
  }

  /**
   * How to open from now on.
   *
   * @param perSecond 0 for as fast as {@code atOnce} allows
   * @param promise kept as soon as nothing is left to open
   */
  void begin(double perSecond, int atOnce, Promise<Void> promise) {
    this.atOnce = atOnce;
    pace = perSecond > 0 ? new Pace(System.nanoTime(), perSecond) : null;
    started = 0;
    done = promise;
    if (!sweeping) {
      sweeping = true;
      sweep();
    }
  }

  void add(Subscriber subscriber) {
    waiting.add(subscriber);
  }

  /** One more will be added later. */
  void announce() {
    announced++;
  }

  /** One that was announced, or that nobody knew would come. */
  void addLate(Subscriber subscriber) {
    announced = Math.max(0, announced - 1);
    waiting.add(subscriber);
    proceed();
  }

  /** Opens what may be opened now. */
  void proceed() {
    while (!waiting.isEmpty() && opening.size() < atOnce) {
      long wait = pace == null ? 0 : pace.dueNanos(started) - System.nanoTime();
      if (wait > 0) {
        loop.events.schedule(this::proceed, wait, TimeUnit.NANOSECONDS);
        return;
      }
      started++;
      Subscriber next = waiting.remove();
      opening.add(next);
      next.open();
    }
    if (waiting.isEmpty() && opening.isEmpty() && announced == 0 && done != null) {
      done.trySuccess(null);
      done = null;
    }
  }

  /** One is open, or never will be. */
  void finished(Subscriber subscriber) {
    if (opening.remove(subscriber)) {
      // Not from inside its callback, which may be inside of proceed.
      loop.events.execute(this::proceed);
    }
  }

  private void sweep() {
    long oldest = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(loop.plan.timeoutMillis());
    for (Subscriber subscriber : new ArrayList<>(opening)) {
      if (subscriber.startedNanos() < oldest) {
        subscriber.giveUp();
      }
    }
    sweeping = !opening.isEmpty() || !waiting.isEmpty() || announced > 0;
    if (sweeping) {
      loop.events.schedule(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }
  }
}
