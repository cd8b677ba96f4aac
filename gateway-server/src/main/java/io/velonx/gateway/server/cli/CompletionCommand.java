package io.velonx.gateway.server.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lets a shell complete commands and flags. */
@Command(
    name = "completion",
    description = "Prints what makes a shell complete commands and flags.",
    footer = {"", "eval \"$(scripts/gateway completion bash)\""})
final class CompletionCommand implements Callable<Integer> {
  private final Console console;

  @Spec CommandLine.Model.CommandSpec spec;

  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
  Shell shell = Shell.bash;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  boolean help;

  @SuppressWarnings("NullAway.Init") // picocli fills in the specification
  CompletionCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    CommandLine root = spec.root().commandLine();
    // Zsh runs what is made for bash once it is asked to; the script does that.
    String begin = shell == Shell.zsh ? "autoload -U +X compinit && compinit\n" : "";
    console.print(begin + AutoComplete.bash(root.getCommandName(), root));
    return ExitCode.OK;
  }

  /** As they are typed. */
  enum Shell {
    bash,
    zsh
  }
}
