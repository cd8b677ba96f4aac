package io.velonx.gateway.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A run of the command, with what it printed. */
record LoadTestRun(int exitCode, String out, String err) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Runs it with those arguments and nothing else. */
  static LoadTestRun of(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode = LoadTest.execute(new PrintWriter(out), new PrintWriter(err), arguments);
    return new LoadTestRun(exitCode, out.toString(), err.toString());
  }

  /** Runs a scenario for a second, with the dialect in that folder; its JSON is what is printed. */
  static LoadTestRun brief(Path folder, String dialect, int port, String... arguments) {
    Path file = folder.resolve("test.dialect");
    try {
      Files.writeString(file, dialect);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--dialect", file.toString(), "--quiet", "--json", "-"));
    if (!all.contains("--warm-up")) {
      all.addAll(List.of("--warm-up", "100ms"));
    }
    if (!all.contains("--duration")) {
      all.addAll(List.of("--duration", "1s"));
    }
    if (port > 0) {
      all.addAll(List.of("--url", "ws://127.0.0.1:" + port));
    }
    return of(all.toArray(String[]::new));
  }

  JsonNode json() {
    assertEquals(0, exitCode, err);
    return parsed();
  }

  JsonNode parsed() {
    try {
      return MAPPER.readTree(out);
    } catch (JsonProcessingException e) {
      throw new AssertionError(out + err, e);
    }
  }

  /** A figure; it must be there. */
  long figure(String name) {
    JsonNode figures = parsed().path("figures");
    assertTrue(figures.has(name), () -> "no " + name + " in " + figures + err);
    return figures.path(name).asLong();
  }

  /** Every publication reached every subscriber, once and in order. */
  LoadTestRun exact() {
    assertEquals(0, exitCode, err + out);
    assertTrue(figure("publications") > 0, out);
    assertEquals(0, figure("lost"), out);
    assertEquals(0, figure("duplicated"), out);
    assertEquals(0, figure("reordered"), out);
    assertEquals(0, figure("stray"), out);
    assertEquals(figure("expected_deliveries"), figure("received_deliveries"), out);
    return this;
  }
}
