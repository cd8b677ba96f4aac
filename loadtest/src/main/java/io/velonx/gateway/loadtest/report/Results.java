package io.velonx.gateway.loadtest.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.loadtest.compare.Comparison;
import io.velonx.gateway.loadtest.compare.Figure;
import io.velonx.gateway.loadtest.compare.Spread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What result files hold: loads, and comparisons of several candidates. Threading: any thread;
 * immutable.
 */
record Results(List<LoadResult> loads, List<Comparison> comparisons) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What a figure is about, and which one it is. */
  private record Key(String subject, String figure) {}

  Results {
    loads = List.copyOf(loads);
    comparisons = List.copyOf(comparisons);
  }

  /** Fails: {@link IOException} that names the file. */
  static Results read(List<Path> files) throws IOException {
    List<LoadResult> loads = new ArrayList<>();
    List<Comparison> comparisons = new ArrayList<>();
    for (Path file : files) {
      try {
        JsonNode json = JSON.readTree(file.toFile());
        if (Comparison.isOne(json)) {
          comparisons.add(Comparison.from(json));
        } else {
          loads.add(LoadResult.from(json));
        }
      } catch (IOException e) {
        throw new IOException(file + ": " + e.getMessage(), e);
      }
    }
    return new Results(loads, comparisons);
  }

  /**
   * Every figure that both have and that can be better or worse. Files about the same thing count
   * as its repetitions.
   */
  List<Change> changesSince(Results before) {
    Map<Key, List<Double>> then = before.values();
    List<Change> changes = new ArrayList<>();
    values()
        .forEach(
            (key, now) -> {
              List<Double> old = then.get(key);
              if (old != null && Figure.isRated(key.figure())) {
                changes.add(
                    new Change(
                        key.subject(), Figure.named(key.figure()), Spread.of(old), Spread.of(now)));
              }
            });
    return changes;
  }

  private Map<Key, List<Double>> values() {
    Map<Key, List<Double>> values = new LinkedHashMap<>();
    for (LoadResult load : loads) {
      load.figures()
          .forEach(
              (figure, value) ->
                  values
                      .computeIfAbsent(new Key(load.name(), figure), key -> new ArrayList<>())
                      .add(value));
    }
    for (Comparison comparison : comparisons) {
      for (Comparison.Row row : comparison.rows()) {
        for (Comparison.Cell cell : row.cells()) {
          values
              .computeIfAbsent(
                  new Key(row.title() + ", " + cell.column(), cell.figure()),
                  key -> new ArrayList<>())
              .addAll(cell.values());
        }
      }
    }
    return values;
  }
}
