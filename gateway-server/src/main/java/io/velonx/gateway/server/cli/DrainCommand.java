package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.server.config.Configuration;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Empties a running node, and shows how far it is. */
@Command(
    name = "drain",
    description = {
      "Refuses newcomers, sends every client of a running node to another one, and waits until",
      "nobody is left; asks admin.port. The node goes on running: end it, or take it back with",
      "--cancel."
    })
final class DrainCommand extends NodeCommand {
  private static final String PATH = "/drain";
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LINE_INTERVAL = Duration.ofSeconds(2);

  @Option(
      names = "--rate",
      paramLabel = "COUNT",
      description = "Clients sent away in a second; default: the node's drain.rate.")
  @Nullable Integer rate;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Who is there after that loses the socket; default: the node's drain.deadline.")
  @Nullable Integer timeoutSeconds;

  @Option(names = "--cancel", description = "Takes newcomers again; who was told to go goes.")
  boolean cancel;

  DrainCommand(Console console) {
    super(console);
  }

  @Override
  int ask(NodeClient node, Configuration settings) throws IOException, InterruptedException {
    JsonNode outcome =
        cancel ? node.delete(PATH) : awaitEnd(node, node.post(PATH, plan().toString()));
    if (json) {
      console.print((ObjectNode) outcome);
    } else {
      console.printLine(sentence(outcome));
    }
    return ExitCode.OK;
  }

  private ObjectNode plan() {
    ObjectNode plan = Console.object();
    if (rate != null) {
      plan.put("closesPerSecond", rate);
    }
    if (timeoutSeconds != null) {
      plan.put("timeoutMillis", timeoutSeconds * 1000L);
    }
    return plan;
  }

  private JsonNode awaitEnd(NodeClient node, JsonNode begun)
      throws IOException, InterruptedException {
    JsonNode progress = begun;
    long shownNanos = System.nanoTime();
    while (progress.path("state").asText().equals("draining")) {
      Thread.sleep(POLL.toMillis());
      progress = node.get(PATH);
      if (!json && System.nanoTime() - shownNanos >= LINE_INTERVAL.toNanos()) {
        shownNanos = System.nanoTime();
        console.err().println(sentence(progress));
        console.err().flush();
      }
    }
    return progress;
  }

  private static String sentence(JsonNode progress) {
    return progress.path("state").asText()
        + ": "
        + progress.path("left").asInt()
        + " of "
        + progress.path("total").asInt()
        + " connections left after "
        + progress.path("elapsedMillis").asLong() / 1000
        + " s";
  }
}
