package io.velonx.gateway.server.cli;

import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that asks the admin port of a running node. */
abstract class NodeCommand extends ConfiguredCommand {
  @Option(names = "--url", paramLabel = "URL", description = "Address of the admin port.")
  @Nullable String url;

  @Option(names = "--json", description = "Prints JSON.")
  boolean json;

  NodeCommand(Console console) {
    super(console);
  }

  /** What the command asks. Fails: {@link IOException}, which is told on the error stream. */
  abstract int ask(NodeClient node, Configuration settings)
      throws IOException, InterruptedException;

  @Override
  final int run(Configuration settings) throws InterruptedException {
    NodeClient node = NodeClient.admin(url, settings);
    try {
      return ask(node, settings);
    } catch (NodeClient.Refused e) {
      console.complain(List.of(String.valueOf(e.getMessage())));
      return ExitCode.FAILED;
    } catch (IOException | IllegalArgumentException e) {
      console.complain(List.of(unreachable(node, e)));
      return ExitCode.UNREACHABLE;
    }
  }

  private String unreachable(NodeClient node, Exception cause) {
    String where =
        url == null ? Settings.ADMIN_HOST.name() + ", " + Settings.ADMIN_PORT.name() : "--url";
    return "no node answers at " + node.base() + ", " + where + " says (" + cause + ")";
  }
}
