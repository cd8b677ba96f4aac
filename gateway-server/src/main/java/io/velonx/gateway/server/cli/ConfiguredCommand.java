package io.velonx.gateway.server.cli;

import io.velonx.gateway.server.config.ConfigLoader;
import io.velonx.gateway.server.config.Configuration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** A command that needs the settings. Wrong ones are told on the error stream. */
abstract class ConfiguredCommand implements Callable<Integer> {
  final Console console;
  final SettingOptions options = new SettingOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Prints this help.")
  boolean help;

  ConfiguredCommand(Console console) {
    this.console = console;
  }

  /** What the command does with good settings. */
  abstract int run(Configuration settings) throws Exception;

  /** What replaces the usual defaults. */
  ConfigLoader.Mode mode() {
    return ConfigLoader.Mode.RUN;
  }

  @Override
  public final Integer call() throws Exception {
    ConfigLoader.Result result = options.load(mode(), console.environment());
    if (result instanceof ConfigLoader.Result.Loaded loaded) {
      return run(loaded.configuration());
    }
    if (result instanceof ConfigLoader.Result.Failed failed) {
      refuse(failed.problems());
    }
    return ExitCode.USAGE;
  }

  /** Says why the settings cannot be used. */
  void refuse(List<String> problems) {
    console.complain(problems);
  }
}
