package io.velonx.gateway.loadtest.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.loadtest.compare.Comparison.Column;
import io.velonx.gateway.loadtest.compare.Comparison.Problem;
import io.velonx.gateway.loadtest.compare.Comparison.Row;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
  private static final Column GATEWAY = new Column("gateway", "Redis", "JWT");
  private static final Column NODE = new Column("node-ws", "Redis", "JWT");

  @TempDir Path folder;

  @Test
  void everyCandidateIsHeldAgainstTheFirst() {
    Comparison comparison = comparison();
    Row row = comparison.rows().get(0);

    assertEquals(Optional.of(0.1), comparison.ratio(row, NODE, Figure.REQUESTS.name()));
    assertEquals(Optional.empty(), comparison.ratio(row, GATEWAY, Figure.REQUESTS.name()));
    assertEquals(Optional.empty(), comparison.ratio(row, NODE, Figure.REQUEST_CPU.name()));
  }

  @Test
  void theTableHasMedianRangeAndRatio() {
    String text = new ComparisonTable(comparison()).text();

    assertTrue(text.contains("10.0k [9000..11.0k]"), text);
    assertTrue(text.contains("1000 ×0.100"), text);
    assertTrue(text.contains("nats in echo: the server has ended"), text);
  }

  @Test
  void everyLineOfTheMarkdownTableHasTheSameCells() {
    String table = new ComparisonTable(comparison()).markdown();

    List<String> lines = table.lines().filter(line -> line.startsWith("|")).toList();
    assertEquals(4, lines.size());
    for (String line : lines) {
      assertEquals(5, line.chars().filter(character -> character == '|').count(), line);
    }
    assertTrue(lines.get(3).endsWith("| – | – |"), table);
  }

  @Test
  void whatIsWrittenIsReadAgain() throws Exception {
    Comparison comparison = comparison();
    Path file = folder.resolve("new/comparison.json");

    comparison.write(file);

    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertTrue(Comparison.isOne(json));
    assertEquals(comparison, Comparison.from(json));
  }

  private static Comparison comparison() {
    Comparison.Collector collector = new Comparison.Collector();
    for (double value : new double[] {9_000, 10_000, 11_000}) {
      collector.add(
          new Plan.Run(Scenario.ECHO, Candidate.GATEWAY, 1),
          Map.of("requests_per_second", value, "something_else", 1.0));
    }
    collector.add(
        new Plan.Run(Scenario.ECHO, Candidate.NODE_WS, 1), Map.of("requests_per_second", 1_000.0));
    return Comparison.of(
        "2026-01-01T00:00:00Z",
        Map.of("java", "17"),
        3,
        List.of(GATEWAY, NODE),
        collector.rows(List.of(Scenario.ECHO)),
        List.of(new Problem("nats", "echo", "the server has ended")));
  }
}
