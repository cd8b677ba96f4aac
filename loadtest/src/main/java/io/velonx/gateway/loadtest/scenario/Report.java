package io.velonx.gateway.loadtest.scenario;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.loadtest.measure.Threshold;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/** A result as people and programs read it; the JSON is format 1. Threading: one thread. */
record Report(String scenario, String label, Instant started, Map<String, Object> parameters) {
  private static final int FORMAT = 1;
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  void printParameters(PrintWriter out) {
    out.println(scenario + " of " + label);
    parameters.forEach((name, value) -> out.println("  " + name + " = " + value));
    out.flush();
  }

  /** Writes what the options ask for. Fails: {@link IOException} for a file that cannot be. */
  void write(
      CommandLine command,
      CommonOptions options,
      Result result,
      ServerStats stats,
      List<Threshold.Check> checks)
      throws IOException {
    boolean jsonOnly = "-".equals(options.json);
    if (!options.quiet) {
      printTable(jsonOnly ? command.getErr() : command.getOut(), result, checks);
    }
    if (options.json != null) {
      String json = MAPPER.writeValueAsString(json(result, stats, checks)) + "\n";
      if (jsonOnly) {
        command.getOut().print(json);
        command.getOut().flush();
      } else {
        Files.writeString(Path.of(options.json), json);
      }
    }
  }

  private static void printTable(PrintWriter out, Result result, List<Threshold.Check> checks) {
    int width = result.figures().keySet().stream().mapToInt(String::length).max().orElse(1);
    result
        .figures()
        .forEach((name, value) -> out.printf("%-" + width + "s %15s%n", name, text(value)));
    for (Threshold.Check check : checks) {
      out.printf(
          Locale.ROOT,
          "%s  %s %s %s%s%n",
          check.passed() ? "passed" : "FAILED",
          check.figure(),
          check.operator(),
          text(check.limit()),
          check.value() == null ? " (not measured)" : "");
    }
    out.flush();
  }

  private static String text(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.format(Locale.ROOT, "%,d", (long) value)
        : String.format(Locale.ROOT, "%,.3f", value);
  }

  ObjectNode json(Result result, ServerStats stats, List<Threshold.Check> checks) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("format", FORMAT).put("scenario", scenario).put("label", label);
    json.put("started", started.toString());
    json.set("parameters", MAPPER.valueToTree(parameters));
    json.set("figures", MAPPER.valueToTree(result.figures()));
    json.set("series", MAPPER.valueToTree(result.series()));
    ArrayNode histogram = json.putArray("histogram");
    result.histogram().forEach(point -> histogram.addArray().add(point[0]).add(point[1]));
    json.set("classes", MAPPER.valueToTree(result.classes()));
    json.set("server", stats.last());
    json.set("checks", MAPPER.valueToTree(checks));
    json.put("passed", checks.stream().allMatch(Threshold.Check::passed));
    return json;
  }
}
