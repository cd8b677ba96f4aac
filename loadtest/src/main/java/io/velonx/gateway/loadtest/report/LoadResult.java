package io.velonx.gateway.loadtest.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.loadtest.report.LineChart.Line;
import io.velonx.gateway.loadtest.report.LineChart.Point;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one load gave, as its result file says it. Threading: any thread; immutable.
 *
 * @param series figures over time
 * @param percentiles of the latency, in milliseconds
 * @param classes what filled the server's heap; empty when nobody asked
 */
record LoadResult(
    String scenario,
    String label,
    String started,
    Map<String, String> parameters,
    Map<String, Double> figures,
    List<Line> series,
    List<Point> percentiles,
    List<HeapClass> classes,
    List<Check> checks,
    Optional<Boolean> passed) {
  private static final int FORMAT = 1;

  record Check(String figure, String condition, String value, boolean passed) {}

  record HeapClass(String name, double instances, double bytes) {}

  static LoadResult from(JsonNode json) throws IOException {
    int format = json.path("format").asInt();
    if (format != FORMAT) {
      throw new IOException("format: " + format + " (expected: " + FORMAT + ")");
    }
    return new LoadResult(
        json.path("scenario").asText(),
        json.path("label").asText(),
        json.path("started").asText(),
        texts(json.path("parameters")),
        numbers(json.path("figures")),
        series(json.path("series")),
        points(json.path("histogram")),
        classes(json.path("classes")),
        checks(json.path("checks")),
        json.has("passed") ? Optional.of(json.path("passed").asBoolean()) : Optional.empty());
  }

  /** What tells loads apart in a table. */
  String name() {
    return label.isEmpty() ? scenario : scenario + ", " + label;
  }

  private static Map<String, String> texts(JsonNode json) {
    Map<String, String> texts = new LinkedHashMap<>();
    json.properties()
        .forEach(
            entry -> {
              JsonNode value = entry.getValue();
              if (!value.isNull()) {
                texts.put(
                    entry.getKey(), value.isContainerNode() ? value.toString() : value.asText());
              }
            });
    return texts;
  }

  private static Map<String, Double> numbers(JsonNode json) {
    Map<String, Double> numbers = new LinkedHashMap<>();
    json.properties()
        .forEach(
            entry -> {
              if (entry.getValue().isNumber()) {
                numbers.put(entry.getKey(), entry.getValue().asDouble());
              }
            });
    return numbers;
  }

  private static List<Line> series(JsonNode json) {
    List<Line> lines = new ArrayList<>();
    json.properties()
        .forEach(entry -> lines.add(new Line(entry.getKey(), points(entry.getValue()))));
    return lines;
  }

  /** Pairs in an array, or an object whose members are named by the first of each pair. */
  private static List<Point> points(JsonNode json) {
    List<Point> points = new ArrayList<>();
    if (json.isObject()) {
      json.properties()
          .forEach(
              entry -> {
                Optional<Double> x = number(entry.getKey());
                x.ifPresent(value -> points.add(new Point(value, entry.getValue().asDouble())));
              });
    } else {
      for (JsonNode pair : json) {
        points.add(new Point(pair.path(0).asDouble(), pair.path(1).asDouble()));
      }
    }
    return points;
  }

  private static Optional<Double> number(String text) {
    try {
      return Optional.of(Double.valueOf(text.startsWith("p") ? text.substring(1) : text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static List<HeapClass> classes(JsonNode json) {
    List<HeapClass> classes = new ArrayList<>();
    for (JsonNode entry : json) {
      classes.add(
          new HeapClass(
              entry.path("name").asText(),
              entry.path("instances").asDouble(),
              entry.path("bytes").asDouble()));
    }
    return classes;
  }

  private static List<Check> checks(JsonNode json) {
    List<Check> checks = new ArrayList<>();
    for (JsonNode check : json) {
      checks.add(
          new Check(
              check.path("figure").asText(),
              check.path("operator").asText() + " " + check.path("limit").asText(),
              check.path("value").asText(),
              check.path("passed").asBoolean()));
    }
    return checks;
  }
}
