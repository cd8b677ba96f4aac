package io.velonx.gateway.loadtest.compare;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code bench compare}. */
@Command(
    name = "bench compare",
    sortOptions = false,
    usageHelpWidth = 100,
    description = "Loads the gateway and its peers in turns, and puts them into one table.")
public final class Compare implements Callable<Integer> {
  @Option(
      names = "--peers",
      split = ",",
      paramLabel = "NAME",
      description = "Candidates, gateway and gateway-local among them; all when left out.")
  List<String> peers = List.of();

  @Option(
      names = "--scenarios",
      split = ",",
      paramLabel = "NAME",
      description = "Rows of the table; all when left out.")
  List<String> scenarios = List.of();

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      description = "How often each load is repeated; 5, or 1 with --quick.")
  @Nullable Integer repetitions;

  @Option(names = "--duration", paramLabel = "TIME", description = "Of one load (default: 5s).")
  @Nullable String duration;

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      description = "In front of each load (default: 2s).")
  @Nullable String warmUp;

  @Option(names = "--quick", description = "Short and small: only whether everything runs.")
  boolean quick;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "The result; FILE with .md in place of .json gets the table.")
  Path json = Path.of("loadtest/target/compare.json");

  @Option(
      names = "--server-cpu",
      paramLabel = "N",
      description = "Processor the servers are bound to with taskset.")
  @Nullable Integer serverCpu;

  @Option(names = "--root", hidden = true, description = "Root of the sources.")
  Path root = Path.of(".");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  boolean help;

  private Compare() {}

  public static void main(String[] arguments) {
    CommandLine line = new CommandLine(new Compare());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command.getErr().println("bench compare: " + failure.getMessage());
          return 1;
        });
    System.exit(line.execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Scenario> rows =
        scenarios.isEmpty()
            ? Arrays.asList(Scenario.values())
            : scenarios.stream().map(Scenario::named).toList();
    List<Candidate> candidates =
        peers.isEmpty() ? Candidate.all() : peers.stream().map(Candidate::named).toList();
    Size size = quick ? Size.QUICK : Size.FULL;
    if (repetitions != null) {
      size = size.withRepetitions(repetitions);
    }
    size = size.withTimes(warmUp, duration);
    Path scratch = root.resolve("loadtest/target/compare");
    PrintWriter progress = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    Comparison comparison;
    try (Processes processes = new Processes()) {
      Launcher launcher = new Launcher(root, scratch, serverCpu, processes);
      Swarm swarm = new InProcessSwarm(scratch.resolve("load.json"));
      Map<String, String> conditions = new LinkedHashMap<>(Machine.describe());
      conditions.put("loads", size.describe());
      String started = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
      comparison =
          new Course(launcher, swarm, root, size, progress)
              .run(started, conditions, rows, candidates);
    }
    publish(comparison);
    return comparison.columns().isEmpty() ? 1 : 0;
  }

  private void publish(Comparison comparison) throws IOException {
    ComparisonTable table = new ComparisonTable(comparison);
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    out.println();
    out.print(table.text());
    comparison.write(json);
    String name = json.getFileName().toString();
    Path markdown =
        json.resolveSibling(name.endsWith(".json") ? name.replace(".json", ".md") : name + ".md");
    Files.writeString(markdown, table.markdown());
    out.println("Wrote " + json + " and " + markdown);
  }
}
