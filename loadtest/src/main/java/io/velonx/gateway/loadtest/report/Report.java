package io.velonx.gateway.loadtest.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code bench report}. */
@Command(
    name = "bench report",
    sortOptions = false,
    usageHelpWidth = 100,
    description = "Draws results of loads and comparisons into one HTML file.")
public final class Report implements Callable<Integer> {
  @Parameters(
      paramLabel = "RESULT.json",
      description = "What a load or bench compare wrote with --json.")
  List<Path> files = List.of();

  @Option(
      names = "--against",
      paramLabel = "OLD.json",
      description = "Earlier results; may be given several times.")
  List<Path> against = List.of();

  @Option(
      names = "--stacks",
      paramLabel = "FILE",
      description = "Collapsed stacks of a profiler, for a flame graph.")
  List<Path> stacks = List.of();

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "The page; ${DEFAULT-VALUE} when left out.")
  Path output = Path.of("loadtest/target/report.html");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  boolean help;

  private Report() {}

  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  /** Carries out one command line, and answers with its exit code. */
  static int execute(String... arguments) {
    CommandLine line = new CommandLine(new Report());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command.getErr().println("bench report: " + failure.getMessage());
          return 1;
        });
    return line.execute(arguments);
  }

  @Override
  public Integer call() throws IOException {
    if (files.isEmpty() && stacks.isEmpty()) {
      throw new IOException("nothing to report: name a result, or --stacks");
    }
    Results results = Results.read(files);
    List<Change> changes =
        against.isEmpty() ? List.of() : results.changesSince(Results.read(against));
    List<Stacks> profiles = new ArrayList<>();
    for (Path file : stacks) {
      profiles.add(Stacks.parse(Files.readString(file, StandardCharsets.UTF_8)));
    }
    Files.writeString(output, Page.of(results, changes, profiles), StandardCharsets.UTF_8);
    System.out.println("Wrote " + output);
    return 0;
  }
}
