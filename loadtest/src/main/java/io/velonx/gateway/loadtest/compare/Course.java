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
  private final Servers servers;
  private final Swarm swarm;
  private final Instructions instructions;
  private final Size size;
  private final PrintWriter progress;
  private final Map<Candidate, Server> running = new EnumMap<>(Candidate.class);
  private final Comparison.Collector collector = new Comparison.Collector();
  private final List<Problem> problems = new ArrayList<>();

  Course(Servers servers, Swarm swarm, Path root, Size size, PrintWriter progress) {
    this.servers = servers;
    this.swarm = swarm;
    instructions = new Instructions(servers, root);
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
      String obstacle = servers.obstacle(candidate).orElse(null);
      if (obstacle == null) {
        running.put(candidate, servers.start(candidate));
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
      server = fresh ? servers.startForMemory(candidate) : running.get(candidate);
      if (server == null || !server.process().isAlive()) {
        throw new IOException("the server has ended");
      }
      Map<String, Double> figures =
          swarm.run(
              instructions.of(run, server, run.counts() ? size : size.toWarm(run.scenario())));
      if (run.counts()) {
        collector.add(run, figures);
        double lost = figures.getOrDefault("lost", 0.0);
        if (lost > 0) {
          problem(
              candidate, run.scenario().spelling(), "lost " + Figure.format(lost) + " deliveries");
        }
      }
      progress.println(place + (run.counts() ? outcome(run.scenario(), figures) : " warm"));
      return true;
    } catch (IOException e) {
      problem(candidate, run.scenario().spelling(), String.valueOf(e.getMessage()));
      return false;
    } finally {
      if (fresh && server != null) {
        servers.stop(server);
      }
    }
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
    return new Column(candidate.spelling(), candidate.publishing(), candidate.handshake());
  }
}
