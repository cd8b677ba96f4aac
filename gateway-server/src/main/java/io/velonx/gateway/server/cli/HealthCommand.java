package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Says whether a running node is well. */
@Command(
    name = "health",
    description = "Says whether a running node is healthy and ready; asks listen.port.")
final class HealthCommand extends ConfiguredCommand {
  @Option(names = "--url", paramLabel = "URL", description = "Address of the public port.")
  @Nullable String url;

  @Option(names = "--json", description = "Prints JSON.")
  boolean json;

  HealthCommand(Console console) {
    super(console);
  }

  @Override
  int run(Configuration settings) throws InterruptedException {
    NodeClient node = NodeClient.open(url, settings);
    try {
      boolean ready = node.ask("/ready").statusCode() == 200;
      HttpResponse<String> response = node.ask(settings.get(Settings.LISTEN_PATH) + "/health");
      JsonNode report = new ObjectMapper().readTree(response.body());
      boolean websocket = report.at("/data/websocket/isHealthy").asBoolean();
      boolean pubsub = report.at("/data/pubsub/isHealthy").asBoolean();
      boolean healthy = response.statusCode() == 200 && ready && websocket && pubsub;
      if (json) {
        ObjectNode body = Console.object().put("healthy", healthy).put("ready", ready);
        body.set("report", report);
        console.print(body);
      } else {
        print(ready, websocket, pubsub, report);
      }
      return healthy ? ExitCode.OK : ExitCode.FAILED;
    } catch (IOException | IllegalArgumentException e) {
      console.complain(List.of("no node answers at " + node.base() + " (" + e + ")"));
      return ExitCode.UNREACHABLE;
    }
  }

  private void print(boolean ready, boolean websocket, boolean pubsub, JsonNode report) {
    JsonNode data = report.path("data");
    console.print(
        new Table("CHECK", "RESULT", "DETAIL")
            .row("ready", word(ready), ready ? "takes newcomers" : "takes no newcomers")
            .row(
                "websocket",
                word(websocket),
                data.at("/websocket/totalConnections").asText("0")
                    + " connections, "
                    + data.at("/websocket/uniqueUsers").asText("0")
                    + " users")
            .row(
                "pubsub",
                word(pubsub),
                data.at("/pubsub/subscribedChannels").asText("0")
                    + " channels, "
                    + data.at("/pubsub/totalSubscriptions").asText("0")
                    + " subscriptions"));
  }

  private static String word(boolean good) {
    return good ? "ok" : "FAIL";
  }
}
