package io.velonx.gateway.loadtest.compare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs the load test in a JVM of its own, with the processors this JVM has. */
final class ForkedSwarm implements Swarm {
  private static final String MAIN = "io.velonx.gateway.loadtest.LoadTest";

  private final Processes processes;
  private final Path folder;
  private final ObjectMapper json = new ObjectMapper();

  ForkedSwarm(Processes processes, Path folder) {
    this.processes = processes;
    this.folder = folder;
  }

  @Override
  public Map<String, Double> run(List<String> arguments) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path log = folder.resolve("swarm.log");
    Path result = folder.resolve("swarm.json");
    Files.deleteIfExists(result);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
    command.addAll(arguments);
    command.addAll(List.of("--json", result.toString()));
    int code = processes.run(command, log);
    if (code != 0) {
      throw new IOException("the load failed with code " + code + ": " + lastLine(log));
    }
    Map<String, Double> figures = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> figure :
        json.readTree(result.toFile()).path("figures").properties()) {
      figures.put(figure.getKey(), figure.getValue().asDouble());
    }
    return figures;
  }

  private static String lastLine(Path log) throws IOException {
    List<String> lines = Files.readAllLines(log);
    return lines.isEmpty() ? "no output" : lines.get(lines.size() - 1);
  }
}
