package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.server.config.Configuration;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;

/** Prints what a running node counts. */
@Command(
    name = "stats",
    description = "Prints the statistics of a running node; asks admin.host and admin.port.")
final class StatsCommand extends NodeCommand {
  StatsCommand(Console console) {
    super(console);
  }

  @Override
  int ask(NodeClient node, Configuration settings) throws IOException, InterruptedException {
    JsonNode stats = node.get("/stats");
    if (json) {
      console.print((ObjectNode) stats);
    } else {
      Table table = new Table("WHAT", "VALUE");
      add(table, "", stats);
      console.print(table);
    }
    return ExitCode.OK;
  }

  private static void add(Table table, String prefix, JsonNode node) {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (field.getValue().isObject()) {
        String inner = field.getKey().equals("counters") ? "" : field.getKey() + ".";
        add(table, prefix + inner, field.getValue());
      } else {
        table.row(prefix + field.getKey(), field.getValue().asText());
      }
    }
  }
}
