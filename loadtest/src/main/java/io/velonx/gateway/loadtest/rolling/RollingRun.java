package io.velonx.gateway.loadtest.rolling;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One run: a site, a crowd that listens, a back end that publishes, and one disturbance after the
 * other while both go on. What it is doing goes to {@code err}.
 *
 * <p>Threading: one thread.
 */
public final class RollingRun {
  private static final long OPEN_MILLIS = 180_000;
  private static final long BACK_MILLIS = 180_000;

  /** Nodes look after a quiet channel every 25 s; what is not there after that never comes. */
  private static final long SETTLE_MILLIS = 60_000;

  private static final long SAY_SECONDS = 2;

  private final RollingPlan plan;
  private final PrintWriter err;
  private final long startNanos = System.nanoTime();
  private final List<Disturbance> disturbances = new ArrayList<>();
  private final Site site;
  private final Crowd crowd;
  private final Publications publications;
  private @Nullable String problem;

  private RollingRun(RollingPlan plan, PrintWriter err, Path folder) throws IOException {
    this.plan = plan;
    this.err = err;
    byte[] secret = new byte[24];
    new SecureRandom().nextBytes(secret);
    String text = HexFormat.of().formatHex(secret);
    site = new Site(plan, text, folder);
    crowd = new Crowd(plan, site.clientPorts(), text);
    publications = new Publications(site.adminPorts(), plan.rooms(), plan.rate());
  }

  /**
   * Carries out the plan. Fails: {@link IllegalStateException} or {@link
   * java.io.UncheckedIOException} when a process cannot be started or ended.
   */
  public static RollingResult of(RollingPlan plan, PrintWriter err) throws IOException {
    Path folder = Files.createTempDirectory("rolling");
    boolean passed = false;
    try {
      RollingResult result = new RollingRun(plan, err, folder).run();
      passed = result.passed();
      return result;
    } finally {
      if (passed) {
        delete(folder);
      } else {
        err.println("logs of all processes: " + folder);
        err.flush();
      }
    }
  }

  private RollingResult run() {
    ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
    try (site;
        crowd;
        publications) {
      say("starting Redis and " + plan.nodes() + " nodes");
      site.start();
      say("opening " + crowd.size() + " clients");
      crowd.open();
      awaitWhole(OPEN_MILLIS);
      crowd.listen();
      publications.start();
      ticker.scheduleAtFixedRate(this::sayNumbers, SAY_SECONDS, SAY_SECONDS, TimeUnit.SECONDS);
      disturbEverything();
      return settle();
    } finally {
      ticker.shutdownNow();
    }
  }

  private void disturbEverything() {
    disturb("steady", () -> say("publishing steadily"));
    for (int node = 0; node < plan.restarts(); node++) {
      int next = node;
      String which = "node " + (node + 1) + " of " + plan.nodes();
      disturb(
          "drain of " + which,
          () -> {
            say("restarting " + which + " (SIGTERM)");
            site.restart(next);
          });
    }
    // One that others have moved to in the meantime.
    int victim = plan.nodes() > 1 ? 1 : 0;
    disturb(
        "kill -9 of node " + (victim + 1),
        () -> {
          say("killing node " + (victim + 1) + " (SIGKILL)");
          site.kill(victim);
        });
    disturb(
        "restart of Redis",
        () -> {
          say("restarting Redis");
          site.restartRedis();
        });
  }

  private void disturb(String name, Runnable action) {
    crowd.beginEvent();
    long begin = System.nanoTime();
    action.run();
    long took = System.nanoTime() - begin;
    awaitWhole(BACK_MILLIS);
    Probe.pause(plan.calmMillis());
    awaitWhole(BACK_MILLIS);
    Crowd.Look look = crowd.look();
    disturbances.add(
        new Disturbance(
            name,
            look.moved(),
            look.moved() == 0 ? 0 : millis(look.backNanos() - begin),
            millis(look.account().recentSilenceNanos),
            millis(took)));
  }

  private RollingResult settle() {
    say("waiting for the last publications");
    if (!Probe.await(SETTLE_MILLIS, publications.stop()::isDone)) {
      problem("publications were not taken by any node");
    }
    int[] taken = publications.taken();
    Probe.await(SETTLE_MILLIS, () -> crowd.lost(taken) == 0);
    long lost = crowd.lost(taken);
    Account account = crowd.look().account();
    long expected = 0;
    for (int room = 0; room < taken.length; room++) {
      expected += (long) taken[room] * crowd.audience()[room];
    }
    Map<String, Long> further = new LinkedHashMap<>();
    further.put("expected deliveries", expected);
    further.put("connections opened", account.connects);
    further.put("publications repeated", publications.repeated());
    further.put("recoveries asked again", account.askedAgain);
    further.put("recoveries refused", account.unrecovered);
    further.put("gaps told", account.gapsTold);
    further.put("offsets out of line", account.misnumbered);
    problem(account.problem);
    problem(publications.problem());
    return new RollingResult(
        Arrays.stream(taken).sum(),
        account.delivered,
        lost,
        account.duplicated,
        account.reordered,
        millis(account.silenceNanos),
        List.copyOf(disturbances),
        further,
        problem);
  }

  private void awaitWhole(long withinMillis) {
    if (!Probe.await(withinMillis, () -> crowd.look().whole() == crowd.size())) {
      problem(crowd.size() - crowd.look().whole() + " clients did not come back");
    }
  }

  private void problem(@Nullable String text) {
    if (problem == null) {
      problem = text;
    }
  }

  private void sayNumbers() {
    Crowd.Look look = crowd.look();
    say(
        "  clients %d of %d, published %d, delivered %d"
            .formatted(
                look.whole(),
                crowd.size(),
                Arrays.stream(publications.taken()).sum(),
                look.account().delivered));
  }

  private void say(String text) {
    err.printf("%6.1f s  %s%n", millis(System.nanoTime() - startNanos) / 1000.0, text);
    err.flush();
  }

  private static long millis(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
