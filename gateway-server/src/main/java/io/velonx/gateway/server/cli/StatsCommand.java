package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Prints what a running node counts. */
@Command(
    name = "stats",
    description = "Prints the statistics of a running node; asks admin.host and admin.port.")
final class StatsCommand extends ConfiguredCommand {
  @Option(names = "--url", paramLabel = "URL", description = "Address of the admin port.")
  @Nullable String url;

  @Option(names = "--json", description = "Prints JSON.")
  boolean json;

  StatsCommand(Console console) {
    super(console);
  }

  @Override
  int run(Configuration settings) throws InterruptedException {
    String base =
        url == null
            ? "http://"
                + settings.get(Settings.ADMIN_HOST)
                + ":"
                + settings.get(Settings.ADMIN_PORT)
            : url;
    try {
      HttpResponse<String> response =
          new NodeClient(settings.find(Settings.API_KEY)).get(base + "/stats");
      if (response.statusCode() != 200) {
        console.complain(List.of(base + "/stats answered with " + response.statusCode()));
        return ExitCode.FAILED;
      }
      if (json) {
        console.printLine(response.body());
      } else {
        Table table = new Table("WHAT", "VALUE");
        add(table, "", new ObjectMapper().readTree(response.body()));
        console.print(table);
      }
      return ExitCode.OK;
    } catch (IOException | IllegalArgumentException e) {
      console.complain(List.of("no node answers at " + base + " (" + e + ")"));
      return ExitCode.UNREACHABLE;
    }
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
