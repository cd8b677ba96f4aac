package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.dialect.Dialect.Way;
import io.velonx.gateway.loadtest.dialect.DialectException;
import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.Threshold;
import io.velonx.gateway.loadtest.publish.Pump;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What all scenarios share: options in, a run, then table, JSON and exit code out.
 *
 * <p>Threading: the main thread.
 */
abstract class ScenarioCommand implements Callable<Integer> {
  static final int PASSED = 0;
  static final int FAILED = 1;
  static final int NO_RUN = 3;

  @Mixin CommonOptions options = new CommonOptions();

  @Spec CommandLine.Model.CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli fills in the specification
  ScenarioCommand() {}

  /** Does it, and leaves figures in the result. */
  abstract void run(Run run) throws IOException;

  /** Limits that hold when nobody asks for others. */
  List<Threshold> defaultThresholds() {
    return List.of();
  }

  /** Whether connections have to know how far they are in the history of their rooms. */
  boolean keepsOffsets() {
    return false;
  }

  /** Fails: {@link ParameterException} for options that do not go together. */
  void check() {}

  @Override
  public final Integer call() {
    checkNumbers();
    check();
    Progress progress =
        new Progress(spec.commandLine().getErr(), Progress.isTerminal(), options.quiet);
    Instant started = Instant.now();
    try (Run run = new Run(options, keepsOffsets(), progress)) {
      Report report =
          new Report(
              spec.name(),
              options.label == null ? run.dialect.label() : options.label,
              started,
              parameters());
      if (!options.quiet) {
        report.printParameters(spec.commandLine().getErr());
      }
      ServerStats stats = ServerStats.before(options.statsUrl);
      run(run);
      stats.after(run.result);
      progress.end();
      List<Threshold.Check> checks = run.result.checks(thresholds());
      report.write(spec.commandLine(), options, run.result, stats, checks);
      return checks.stream().allMatch(Threshold.Check::passed) ? PASSED : FAILED;
    } catch (IOException | DialectException | IllegalStateException e) {
      progress.end();
      spec.commandLine().getErr().println("error: " + e.getMessage());
      return NO_RUN;
    }
  }

  /** Deliveries that never came, came twice or in another order, over the whole run. */
  static void putLosses(Run run, Pump.Progress published) {
    var tally = run.look();
    Result result = run.result;
    result.put("publications", published.published() - published.refused());
    result.put("refused_publications", published.refused());
    result.put("written_off_publications", published.writtenOff());
    result.put("unsent_publications", published.unsent());
    result.put("ended_publishers", published.gone());
    result.put("expected_deliveries", published.expected());
    result.put("received_deliveries", tally.of(Count.DELIVERIES));
    result.put("lost", published.expected() - tally.distinct());
    result.put("duplicated", tally.of(Count.DUPLICATED));
    result.put("reordered", tally.of(Count.REORDERED));
    result.put("stray", tally.of(Count.STRAY));
    result.put("ended_connections", tally.of(Count.ENDED));
    if (tally.failure() != null) {
      run.progress.say("noticed: " + tally.failure());
    }
  }

  private List<Threshold> thresholds() {
    List<Threshold> all = new ArrayList<>(options.thresholds);
    for (Threshold threshold : defaultThresholds()) {
      if (all.stream().noneMatch(given -> given.figure().equals(threshold.figure()))) {
        all.add(threshold);
      }
    }
    return all;
  }

  private void checkNumbers() {
    require(options.connections >= 1, "--connections: expected 1 or more");
    require(options.rooms >= 1, "--rooms: expected 1 or more");
    require(
        options.roomsPerConnection >= 1 && options.roomsPerConnection <= options.rooms,
        "--rooms-per-connection: expected 1 to the number of rooms");
    require(options.processes >= 1, "--processes: expected 1 or more");
    require(options.loops >= 1, "--loops: expected 1 or more");
    require(options.publishers >= 1, "--publishers: expected 1 or more");
    require(options.durationMillis > 0, "--duration: expected more than nothing");
    int loads =
        (options.rate > 0 ? 1 : 0)
            + (options.deliveriesRate > 0 ? 1 : 0)
            + (options.window > 0 ? 1 : 0);
    require(loads <= 1, "--rate, --deliveries-rate, --window: expected one of them");
  }

  final void require(boolean condition, String problem) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), problem);
    }
  }

  /** Every option that has a value, but what is secret. */
  private Map<String, Object> parameters() {
    Map<String, Object> parameters = new LinkedHashMap<>();
    for (OptionSpec option : spec.options()) {
      String name = option.longestName().substring(2);
      Object value = option.getValue();
      boolean says = value != null && !value.equals(0) && !value.equals(0.0) && !value.equals("");
      if (says
          && !(value instanceof List<?> list && list.isEmpty())
          && !List.of("token-secret", "help", "quiet", "json").contains(name)) {
        parameters.put(
            name, value instanceof Number || value instanceof Boolean ? value : text(value));
      }
    }
    return parameters;
  }

  private static String text(Object value) {
    return value instanceof List<?> list
        ? String.join(",", list.stream().map(String::valueOf).toList())
        : value instanceof Way way ? way.name().toLowerCase(Locale.ROOT) : value.toString();
  }
}
