package io.velonx.gateway.loadtest.compare;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a comparison came to; a JSON file of this shape is what {@code bench compare} writes.
 * Threading: any thread; immutable.
 *
 * @param machine what it ran on, in words
 * @param baseline the candidate all others are held against
 * @param rows scenarios in their order
 * @param problems candidates left out, and loads that failed
 */
public record Comparison(
    int format,
    String kind,
    String started,
    Map<String, String> machine,
    int repetitions,
    String baseline,
    List<Column> columns,
    List<Row> rows,
    List<Problem> problems) {
  private static final int FORMAT = 1;
  private static final String KIND = "comparison";

  /** Members that came later are no reason to refuse a file. */
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /** A candidate. */
  public record Column(String name, String publishing, String handshake) {}

  /** A scenario, with the figures it is read by. */
  public record Row(String name, String title, List<String> figures, List<Cell> cells) {
    public Optional<Spread> spread(String column, String figure) {
      return cells.stream()
          .filter(cell -> cell.column.equals(column) && cell.figure.equals(figure))
          .findFirst()
          .map(cell -> Spread.of(cell.values));
    }
  }

  /** What the repetitions gave. */
  public record Cell(String column, String figure, List<Double> values) {
    public Cell {
      values = List.copyOf(values);
    }
  }

  /**
   * What is missing, and why.
   *
   * @param row empty when the candidate is missing altogether
   */
  public record Problem(String column, String row, String reason) {}

  static Comparison of(
      String started,
      Map<String, String> machine,
      int repetitions,
      List<Column> columns,
      List<Row> rows,
      List<Problem> problems) {
    return new Comparison(
        FORMAT,
        KIND,
        started,
        machine,
        repetitions,
        columns.isEmpty() ? "" : columns.get(0).name(),
        columns,
        rows,
        List.copyOf(problems));
  }

  public static boolean isOne(JsonNode json) {
    return json.path("kind").asText().equals(KIND);
  }

  public static Comparison from(JsonNode json) throws IOException {
    int format = json.path("format").asInt();
    if (format != FORMAT) {
      throw new IOException("format: " + format + " (expected: " + FORMAT + ")");
    }
    return JSON.treeToValue(json, Comparison.class);
  }

  void write(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.write(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
  }

  /**
   * The median of the baseline goes this often into the candidate's; empty where one is missing.
   */
  public Optional<Double> ratio(Row row, Column column, String figure) {
    if (column.name.equals(baseline)) {
      return Optional.empty();
    }
    return row.spread(column.name, figure)
        .flatMap(own -> row.spread(baseline, figure).map(other -> own.ratioTo(other)))
        .filter(ratio -> !ratio.isNaN());
  }

  /** Collects the figures of runs, in the order in which they end. Threading: one thread. */
  static final class Collector {
    private final Map<Scenario, Map<Candidate, Map<String, List<Double>>>> values =
        new LinkedHashMap<>();

    void add(Plan.Run run, Map<String, Double> figures) {
      Map<String, List<Double>> known =
          values
              .computeIfAbsent(run.scenario(), scenario -> new LinkedHashMap<>())
              .computeIfAbsent(run.candidate(), candidate -> new LinkedHashMap<>());
      for (Figure figure : run.scenario().figures()) {
        Double value = figures.get(figure.name());
        if (value != null) {
          known.computeIfAbsent(figure.name(), name -> new ArrayList<>()).add(value);
        }
      }
    }

    List<Row> rows(List<Scenario> scenarios) {
      List<Row> rows = new ArrayList<>();
      for (Scenario scenario : scenarios) {
        List<Cell> cells = new ArrayList<>();
        values
            .getOrDefault(scenario, Map.of())
            .forEach(
                (candidate, figures) ->
                    figures.forEach(
                        (name, all) -> cells.add(new Cell(candidate.spelling(), name, all))));
        List<String> names = scenario.figures().stream().map(Figure::name).toList();
        rows.add(new Row(scenario.spelling(), scenario.title(), names, cells));
      }
      return rows;
    }
  }
}
