package io.velonx.gateway.server.cli;

import io.velonx.gateway.server.Version;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code gateway}, and where the JVM begins. */
@Command(
    name = "gateway",
    description = "A WebSocket gateway: browsers in front, Redis behind.",
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
  @Spec CommandLine.Model.CommandSpec spec;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Prints the version.")
  boolean version;

  @SuppressWarnings("NullAway.Init") // picocli fills in the specification
  private Main() {}

  /** Ends the JVM with the exit code of the command. */
  public static void main(String[] arguments) {
    Console console =
        new Console(
            System.getenv(),
            System.in,
            writer(new FileOutputStream(FileDescriptor.out)),
            writer(new FileOutputStream(FileDescriptor.err)),
            CommandLine.Help.Ansi.AUTO.enabled());
    System.exit(execute(console, arguments));
  }

  /** Carries out one command line, and answers with its exit code. */
  static int execute(Console console, String... arguments) {
    return commandLine(console).execute(arguments);
  }

  static CommandLine commandLine(Console console) {
    CommandLine root = new CommandLine(new Main());
    root.getCommandSpec().version("velonx-gateway " + Version.text() + ", Java " + Version.java());
    root.addSubcommand(configured(new DevCommand(console)));
    root.addSubcommand(configured(new RunCommand(console)));
    root.addSubcommand(
        new CommandLine(new ConfigCommand())
            .addSubcommand(configured(new ConfigCommand.Show(console)))
            .addSubcommand(configured(new ConfigCommand.Check(console))));
    root.addSubcommand(
        new CommandLine(new TokenCommand())
            .addSubcommand(configured(new TokenCommand.Mint(console)))
            .addSubcommand(configured(new TokenCommand.Inspect(console))));
    root.addSubcommand(configured(new StatsCommand(console)));
    root.addSubcommand(configured(new HealthCommand(console)));
    root.addSubcommand(configured(new TopCommand(console)));
    root.addSubcommand(configured(new ListCommand.Connections(console)));
    root.addSubcommand(configured(new ListCommand.Channels(console)));
    root.addSubcommand(configured(new ListCommand.Users(console)));
    root.addSubcommand(configured(new PublishCommand(console)));
    root.addSubcommand(configured(new TailCommand(console)));
    root.addSubcommand(configured(new DrainCommand(console)));
    root.addSubcommand(configured(new KickCommand(console)));
    root.addSubcommand(configured(new DoctorCommand(console)));
    root.addSubcommand(new ExplainCommand(console));
    root.addSubcommand(new CompletionCommand(console));
    adopt(root);
    root.setOut(console.out());
    root.setErr(console.err());
    root.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          console.err().println("error: " + messageOf(failure));
          console.err().flush();
          return ExitCode.FAILED;
        });
    return root;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  private static CommandLine configured(ConfiguredCommand command) {
    CommandLine line = new CommandLine(command);
    command.options.addTo(line.getCommandSpec());
    return line;
  }

  /** What every command has in common. */
  private static void adopt(CommandLine line) {
    line.getCommandSpec()
        .usageMessage()
        .sortOptions(false)
        .width(100)
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(CommandLine.Model.UsageMessageSpec.keyValuesMap(ExitCode.DESCRIPTIONS));
    line.getSubcommands().values().forEach(Main::adopt);
  }

  private static String messageOf(Exception failure) {
    String message = failure.getMessage();
    return message == null ? failure.toString() : message;
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }
}
