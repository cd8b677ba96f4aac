package io.velonx.gateway.loadtest.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.loadtest.scenario.Scenarios;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Runs the load test in this JVM, which is warm after the first load: a new one for each load would
 * be slower than most of the servers.
 */
final class InProcessSwarm implements Swarm {
  private static final int THRESHOLD_MISSED = 1;

  private final Path result;
  private final ObjectMapper json = new ObjectMapper();

  /**
   * @param result the file for the result of the last load
   */
  InProcessSwarm(Path result) {
    this.result = result;
  }

  @Override
  public Map<String, Double> run(List<String> arguments) throws IOException {
    Path folder = result.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    StringWriter says = new StringWriter();
    CommandLine command = new CommandLine(CommandSpec.create().name("loadtest"));
    Scenarios.all().forEach(command::addSubcommand);
    command.setOut(new PrintWriter(says, true)).setErr(new PrintWriter(says, true));
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--quiet", "--json", result.toString()));
    int code = command.execute(all.toArray(String[]::new));
    if (code != 0 && code != THRESHOLD_MISSED) {
      // The first line; what follows may be a usage.
      throw new IOException(says.toString().lines().findFirst().orElse("code " + code));
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> figure :
        json.readTree(result.toFile()).path("figures").properties()) {
      figures.put(figure.getKey(), figure.getValue().asDouble());
    }
    return figures;
  }
}
