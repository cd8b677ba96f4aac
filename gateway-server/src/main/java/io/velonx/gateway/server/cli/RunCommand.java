package io.velonx.gateway.server.cli;

import io.velonx.gateway.server.GatewayProcess;
import io.velonx.gateway.server.Logging;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import picocli.CommandLine.Command;

/** Runs a node until a signal ends it. */
@Command(
    name = "run",
    description = "Runs a node until SIGTERM or SIGINT.",
    footer = {
      "",
      "A setting is taken from its flag, else from its GATEWAY_ variable, else from the file, else",
      "from PORT, NEXTAUTH_SECRET, REDIS_URL or UPSTASH_REDIS_REST_URL with _TOKEN, else it has its",
      "default. `gateway config show` prints what holds."
    })
final class RunCommand extends ConfiguredCommand {
  RunCommand(Console console) {
    super(console);
  }

  @Override
  int run(Configuration settings) throws Exception {
    Logging.start(settings.get(Settings.LOG_LEVEL), settings.get(Settings.LOG_FORMAT));
    GatewayProcess process = GatewayProcess.start(settings, false);
    process.stopOnSignals();
    process.awaitStop();
    return ExitCode.OK;
  }
}
