package io.velonx.gateway.loadtest.compare;

import io.velonx.gateway.loadtest.compare.Comparison.Column;
import io.velonx.gateway.loadtest.compare.Comparison.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Carries out a comparison: all servers are up from the start, idle unless loaded. Threading: the
 * main thread.
 */
final class Course {
  /** How long and how large loads are. */
  record Size(String warmUp, String duration, int shrink, int repetitions) {
    static final Size FULL = new Size("2s", "5s", 1, 5);

    /** Shows that every cell can be filled; what stands in them means little. */
    static final Size QUICK = new Size("500ms", "1s", 10, 1);

    Size withRepetitions(int repetitions) {
      return new Size(warmUp, duration, shrink, repetitions);
    }
  }

  private final Launcher launcher;
  private final Swarm swarm;
  private final Path root;
  private final Size size;
  private final PrintWriter progress;
  private final Map<Candidate, Server> servers = new EnumMap<>(Candidate.class);
  private final Comparison.Collector collector = new Comparison.Collector();
  private final List<Problem> problems = new ArrayList<>();

  Course(Launcher launcher, Swarm swarm, Path root, Size size, PrintWriter progress) {
    this.launcher = launcher;
    this.swarm = swarm;
    this.root = root;
    this.size = size;
    this.progress = progress;
  }

  Comparison run(
      String started,
      Map<String, String> machine,
      List<Scenario> scenarios,
      List<Candidate> candidates)
      throws InterruptedException {
    List<Candidate> present = new ArrayList<>();
    for (Candidate candidate : candidates) {
      if (start(candidate)) {
        present.add(candidate);
      }
    }
    Plan plan = Plan.of(scenarios, present, size.repetitions());
    Set<List<Object>> failed = new HashSet<>();
    int done = 0;
    for (Plan.Run run : plan.runs()) {
      done++;
      List<Object> place = List.of(run.scenario(), run.candidate());
      // What failed once would only take its time to fail again.
      if (!failed.contains(place) && !load(run, done, plan.runs().size())) {
        failed.add(place);
      }
    }
    List<Column> columns = present.stream().map(Course::column).toList();
    return Comparison.of(
        started, machine, size.repetitions(), columns, collector.rows(scenarios), problems);
  }

  private boolean start(Candidate candidate) throws InterruptedException {
    try {
      String obstacle = launcher.obstacle(candidate).orElse(null);
      if (obstacle == null) {
        servers.put(candidate, launcher.start(candidate));
        return true;
      }
      problem(candidate, "", "skipped: " + obstacle);
    } catch (IOException e) {
      problem(candidate, "", String.valueOf(e.getMessage()));
    }
    return false;
  }

  private boolean load(Plan.Run run, int done, int all) throws InterruptedException {
    Candidate candidate = run.candidate();
    String place =
        String.format("[%d/%d] %s %s", done, all, run.scenario().spelling(), candidate.spelling());
    boolean fresh = run.scenario().needsFreshServer();
    Server server = null;
    try {
      server = fresh ? launcher.start(candidate) : servers.get(candidate);
      if (server == null || !server.process().isAlive()) {
        throw new IOException("the server has ended");
      }
      Map<String, Double> figures = swarm.run(arguments(run, server));
      if (run.counts()) {
        collector.add(run, figures);
      }
      progress.println(place + (run.counts() ? outcome(run.scenario(), figures) : " warm"));
      return true;
    } catch (IOException e) {
      problem(candidate, run.scenario().spelling(), String.valueOf(e.getMessage()));
      return false;
    } finally {
      if (fresh && server != null) {
        launcher.stop(server);
      }
    }
  }

  private List<String> arguments(Plan.Run run, Server server) throws IOException {
    Candidate candidate = run.candidate();
    List<String> arguments = new ArrayList<>(run.scenario().arguments(size.shrink()));
    arguments.addAll(List.of("--url", server.url("ws"), "--server-pid", server.pids()));
    arguments.addAll(List.of("--warm-up", size.warmUp(), "--duration", size.duration()));
    arguments.addAll(List.of("--label", candidate.spelling()));
    arguments.addAll(List.of("--token-secret", launcher.secret()));
    if (!candidate.isGateway()) {
      Path dialect = root.resolve("loadtest/peers/" + candidate.spelling() + "/dialect");
      arguments.addAll(List.of("--dialect", dialect.toString()));
    }
    if (candidate.usesRedis()) {
      Server redis = launcher.redis();
      arguments.addAll(List.of("--aux-pid", redis.pids()));
    }
    switch (candidate) {
      case GATEWAY, NODE_WS ->
          arguments.addAll(
              List.of("--publisher", "redis", "--publish-url", launcher.redis().url("redis")));
      case GATEWAY_LOCAL ->
          arguments.addAll(List.of("--publisher", "http", "--publish-url", server.adminUrl()));
      case NCHAN ->
          arguments.addAll(List.of("--publisher", "http", "--publish-url", server.url("http")));
      case SOCKETIO, NETTY_SOCKETIO, VERTX, NATS, MOSQUITTO, UWEBSOCKETS ->
          arguments.addAll(List.of("--publisher", "ws"));
    }
    return arguments;
  }

  private void problem(Candidate candidate, String row, String reason) {
    problems.add(new Problem(candidate.spelling(), row, reason));
    progress.println(candidate.spelling() + (row.isEmpty() ? "" : " " + row) + ": " + reason);
  }

  private static String outcome(Scenario scenario, Map<String, Double> figures) {
    return scenario.figures().stream()
        .map(
            figure ->
                "  "
                    + Figure.format(figures.getOrDefault(figure.name(), Double.NaN))
                    + " "
                    + figure.title())
        .collect(Collectors.joining());
  }

  private static Column column(Candidate candidate) {
    return new Column(
        candidate.spelling(),
        candidate.publishing(),
        candidate.handshake(),
        candidate.counterpart().spelling());
  }
}
