package io.velonx.gateway.loadtest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.velonx.gateway.loadtest.rolling.RollingCommand;
import io.velonx.gateway.loadtest.scenario.Scenarios;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code loadtest}, and where the JVM begins. */
@Command(
    name = "loadtest",
    synopsisSubcommandLabel = "SCENARIO",
    description = "A swarm of clients that knows only the wire: loads a server and measures it.",
    footer = {
      "",
      "Exit codes: 0 done and every threshold held, 1 one did not, 2 bad usage, 3 could not run."
    })
public final class LoadTest implements Runnable {
  @Spec CommandLine.Model.CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  boolean help;

  @SuppressWarnings("NullAway.Init") // picocli fills in the specification
  private LoadTest() {}

  /** Ends the JVM with the exit code of the scenario. */
  public static void main(String[] arguments) {
    System.exit(
        execute(
            new PrintWriter(System.out, true, UTF_8),
            new PrintWriter(System.err, true, UTF_8),
            arguments));
  }

  /** Carries out one command line, and answers with its exit code. */
  static int execute(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine command = new CommandLine(new LoadTest());
    Scenarios.all().forEach(command::addSubcommand);
    command.addSubcommand(new RollingCommand());
    // A script may say what is usual, and its user something else behind it.
    command.setOut(out).setErr(err).setUsageHelpWidth(100).setOverwrittenOptionsAllowed(true);
    return command.execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "SCENARIO is missing");
  }
}
