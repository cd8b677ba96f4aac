package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.dialect.Dialect;
import io.velonx.gateway.loadtest.dialect.DialectException;
import io.velonx.gateway.loadtest.dialect.DialectFile;
import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.ProcessUsage;
import io.velonx.gateway.loadtest.measure.Tally;
import io.velonx.gateway.loadtest.publish.Pump;
import io.velonx.gateway.loadtest.swarm.Audience;
import io.velonx.gateway.loadtest.swarm.ChildSwarm;
import io.velonx.gateway.loadtest.swarm.Completions;
import io.velonx.gateway.loadtest.swarm.LocalSwarm;
import io.velonx.gateway.loadtest.swarm.Order;
import io.velonx.gateway.loadtest.swarm.Order.Verb;
import io.velonx.gateway.loadtest.swarm.Swarm;
import io.velonx.gateway.loadtest.swarm.SwarmPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One run of a scenario: the swarm, the publisher and what is looked at, from the options.
 *
 * <p>Threading: the main thread. Ownership: swarm and publisher, until {@link #close}.
 */
final class Run implements AutoCloseable {
  /** How often a waiting run looks. */
  private static final long LOOK_MILLIS = 200;

  /** After everything came, for what comes twice. */
  private static final long SETTLE_MILLIS = 100;

  /** A server that says nothing for that long has told everything about newcomers. */
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

  /** Silence is not waited for longer, since a server may always have something to say. */
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** After that long without anything nothing more is expected. */
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  final CommonOptions options;
  final Dialect dialect;
  final SwarmPlan plan;
  final Result result = new Result();
  final Progress progress;
  final ProcessUsage server;
  final ProcessUsage aux;
  final ProcessUsage self = new ProcessUsage(List.of(ProcessHandle.current().pid()));

  private final List<Swarm> swarms = new ArrayList<>();
  private @Nullable Swarm swarm;
  private @Nullable Pump pump;
  private Tally timed = Tally.NOTHING;

  Run(CommonOptions options, boolean keepsOffsets, Progress progress)
      throws IOException, DialectException {
    this.options = options;
    this.progress = progress;
    DialectFile.Text text =
        options.dialect == null ? DialectFile.builtIn() : DialectFile.read(options.dialect);
    dialect = text.parse();
    server = new ProcessUsage(options.serverPids);
    aux = new ProcessUsage(options.auxPids);
    if (!server.isComplete() || !aux.isComplete()) {
      throw new IOException("no such process: one of --server-pid, --aux-pid");
    }
    plan =
        new SwarmPlan(
            text.file(),
            text.content(),
            options.urls.isEmpty() ? List.of(dialect.url()) : options.urls,
            options.tokenSecret,
            new Audience(
                options.connections, options.rooms, options.roomsPerConnection, options.zipf),
            options.users == 0 ? options.connections + options.publishers : options.users,
            options.publishers,
            options.loops,
            options.sourceAddresses,
            (int) options.connectTimeoutMillis,
            keepsOffsets,
            0,
            options.processes);
  }

  Swarm swarm() {
    Swarm started = swarm;
    if (started == null) {
      Completions completions =
          (publisher, room, sequence) -> {
            Pump publishing = pump;
            if (publishing != null) {
              publishing.completed(publisher, room, sequence);
            }
          };
      started =
          plan.processes() == 1
              ? new LocalSwarm(plan, dialect, completions)
              : ChildSwarm.start(plan, completions);
      swarm = started;
      swarms.add(started);
    }
    return started;
  }

  /** A further swarm of one connection, in a room of its own and with a thread of its own. */
  Swarm bystander() {
    Swarm one = new LocalSwarm(plan.forBystander(), dialect, (publisher, room, sequence) -> {});
    swarms.add(one);
    return one;
  }

  /** The publisher, connected. */
  Pump pump() {
    Pump started = pump;
    if (started == null) {
      Dialect.Way way = options.publisher == null ? dialect.publishing().way() : options.publisher;
      boolean elsewhere = way == Dialect.Way.WS && options.publishUrl != null;
      SwarmPlan publishing =
          plan.at(elsewhere ? Objects.requireNonNull(options.publishUrl) : plan.urls().get(0));
      started =
          new Pump(
              publishing,
              dialect,
              way,
              elsewhere ? null : options.publishUrl,
              plan.audience().subscribers(options.connections),
              options.size);
      pump = started;
      started.open();
    }
    return started;
  }

  /** Opens connections up to that number. Fails: when one of them does not open. */
  Tally open(long connections) {
    progress.say("opening " + connections + " connections");
    Tally tally =
        order(new Order(Verb.OPEN, connections, options.connectRate, options.connectConcurrency));
    if (tally.of(Count.FAILED) > 0) {
      throw new IllegalStateException(
          tally.of(Count.FAILED) + " connections did not open: " + tally.failure());
    }
    return tally;
  }

  /** Begins to publish as the options say. */
  void publish() {
    Pump publishing = pump();
    double audience = 0;
    for (int subscribers : plan.audience().subscribers(options.connections)) {
      audience += subscribers;
    }
    double perPublication = audience / options.rooms;
    if (options.rate > 0) {
      publishing.atRate(options.rate);
    } else if (options.deliveriesRate > 0) {
      publishing.atRate(options.deliveriesRate / perPublication);
    } else {
      int limit = options.window > 0 ? options.window : 8;
      order(Order.of(Verb.WATCH, limit));
      publishing.inWindow(limit);
    }
  }

  /**
   * Waits until newcomers are no news any more: a server that tells everybody of each of them has
   * much to say before it gets to publications.
   */
  void settle() {
    progress.say("waiting until it is quiet");
    long start = System.nanoTime();
    awaitSilence(QUIET_NANOS, start + MOST_NANOS, tally -> false);
    result.put("settle_seconds", (System.nanoTime() - start) / 1e9);
  }

  /** Ends publishing and waits until everything arrived, or nothing does any more. */
  Pump.Progress drain() {
    Pump.Progress published = pump().stop();
    awaitSilence(tally -> tally.distinct() >= published.expected());
    pause(SETTLE_MILLIS);
    return pump().look();
  }

  /** Waits for the condition, but no longer than something comes in. */
  void awaitSilence(Predicate<Tally> condition) {
    awaitSilence(SILENCE_NANOS, System.nanoTime() + MOST_NANOS, condition);
  }

  /** Waits until nothing was read for that long, or for that moment, or for the condition. */
  private void awaitSilence(long silenceNanos, long endNanos, Predicate<Tally> condition) {
    long before = -1;
    long since = System.nanoTime();
    while (System.nanoTime() < endNanos && System.nanoTime() - since < silenceNanos) {
      Tally tally = look();
      if (condition.test(tally)) {
        return;
      }
      long octets = tally.of(Count.OCTETS);
      if (octets != before) {
        before = octets;
        since = System.nanoTime();
      }
      pause(20);
    }
  }

  /** Carries out an order; what was timed is kept until {@link #mark}. */
  Tally order(Order order) {
    Tally tally = swarm().await(order);
    keepTimings(tally);
    return new Tally(tally.counts(), timed.timings(), tally.failure());
  }

  private void keepTimings(Tally tally) {
    timed = timed.plus(new Tally(Map.of(), tally.timings(), null));
  }

  /** All counts, and what was timed since the last {@link #mark}. */
  Tally look() {
    return order(Order.of(Verb.TALLY));
  }

  /** All counts; timing begins anew. */
  Tally mark() {
    Tally tally = look();
    timed = Tally.NOTHING;
    return tally;
  }

  /** Waits, and calls that often meanwhile with the seconds that went by. */
  void hold(long millis, Sampler sampler) {
    long start = System.nanoTime();
    long end = start + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() < end) {
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()) + 1;
      pause(Math.min(LOOK_MILLIS, left));
      sampler.sample((System.nanoTime() - start) / 1e9);
    }
  }

  /** Waits for something the swarm is doing, with points in a series meanwhile. */
  void awaitWhile(CompletableFuture<Tally> work, Interval interval, Count count, String series) {
    long start = System.nanoTime();
    while (!work.isDone()) {
      pause(LOOK_MILLIS / 10);
      interval.sample(count, series, (System.nanoTime() - start) / 1e9);
    }
    keepTimings(work.join());
  }

  static void pause(long millis) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Override
  public void close() {
    if (pump != null) {
      pump.close();
    }
    swarms.forEach(Swarm::close);
  }

  /** Called now and then. */
  interface Sampler {
    void sample(double seconds);
  }
}
