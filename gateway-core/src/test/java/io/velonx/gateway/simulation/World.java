package io.velonx.gateway.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Time and chance: runs the tasks of all loops and the events of the network one at a time, in an
 * order that the seed decides. Tasks of one loop keep theirs.
 */
final class World {
  private static final int TRACE_LINES = Integer.getInteger("simulation.lines", 1_000);

  final Random random;

  /** What broke a promise; the run ends with the first. */
  @Nullable String violation;

  private final boolean tracing;
  private final Deque<String> trace = new ArrayDeque<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          Comparator.comparingLong(Event::nanos).thenComparingLong(Event::sequence));
  private final List<SimLoop> loops = new ArrayList<>();
  private final List<SimLoop> ready = new ArrayList<>();
  private @Nullable SimLoop running;
  private long now = 1;
  private long sequence;

  World(long seed, boolean tracing) {
    random = new Random(seed);
    this.tracing = tracing;
  }

  long nanoTime() {
    return now;
  }

  long millis() {
    return TimeUnit.NANOSECONDS.toMillis(now);
  }

  /** A length of time between two, in nanoseconds. */
  long between(long fromMillis, long toMillis) {
    return TimeUnit.MILLISECONDS.toNanos(fromMillis)
        + (long) (random.nextDouble() * TimeUnit.MILLISECONDS.toNanos(toMillis - fromMillis));
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  <T> T oneOf(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  /** Lets something happen outside of all loops. */
  void after(long nanos, Runnable action) {
    events.add(new Event(now + nanos, sequence++, action));
  }

  void at(long nanos, Runnable action) {
    events.add(new Event(Math.max(now, nanos), sequence++, action));
  }

  void add(SimLoop loop) {
    loops.add(loop);
  }

  void remove(SimLoop loop) {
    loops.remove(loop);
  }

  boolean isRunning(SimLoop loop) {
    return running == loop;
  }

  /** Acts as that loop, here and now. */
  void as(SimLoop loop, Runnable action) {
    SimLoop before = running;
    running = loop;
    try {
      action.run();
    } finally {
      running = before;
    }
  }

  void trace(Supplier<String> line) {
    if (tracing) {
      if (trace.size() == TRACE_LINES) {
        trace.remove();
      }
      trace.add(String.format("%10.3f ms  %s", now / 1e6, line.get()));
    }
  }

  Deque<String> trace() {
    return trace;
  }

  void violated(String what) {
    if (violation == null) {
      violation = what;
      trace(() -> "VIOLATION " + what);
    }
  }

  /** Lets time pass until then, or until a promise is broken. */
  void runUntil(long nanos) {
    while (violation == null) {
      Event due = events.peek();
      boolean happens = due != null && due.nanos <= now;
      ready.clear();
      for (SimLoop loop : loops) {
        if (loop.isReady()) {
          ready.add(loop);
        }
      }
      int choices = ready.size() + (happens ? 1 : 0);
      if (choices == 0) {
        long next = Math.min(nanos, due == null ? nanos : due.nanos);
        for (SimLoop loop : loops) {
          next = Math.min(next, loop.nextNanos());
        }
        now = Math.max(now, next);
        if (now >= nanos) {
          return;
        }
        continue;
      }
      int chosen = choices == 1 ? 0 : random.nextInt(choices);
      if (chosen < ready.size()) {
        SimLoop loop = ready.get(chosen);
        as(loop, loop::runNext);
      } else {
        events.remove().action.run();
      }
      now += random.nextInt(10_000);
    }
  }

  private record Event(long nanos, long sequence, Runnable action) {}
}
