package io.velonx.gateway.loadtest.swarm;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.Tally;
import io.velonx.gateway.loadtest.measure.Timing;
import io.velonx.gateway.loadtest.measure.Timings;
import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * The lines between a swarm and its children: one JSON text each, but {@code C publisher room
 * sequence} for what arrived, which is frequent.
 *
 * <p>Threading: any thread.
 */
final class Wire {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Wire() {}

  static String write(Object record) {
    try {
      return MAPPER.writeValueAsString(record);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static <T> T read(String line, Class<T> type) {
    try {
      return MAPPER.readValue(line, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An order with the number its answer carries. */
  record Numbered(long id, Order order) {}

  static String answer(long id, Tally tally) {
    ObjectNode json = MAPPER.createObjectNode().put("id", id);
    json.put("failure", tally.failure());
    ObjectNode counts = json.putObject("counts");
    tally.counts().forEach((count, number) -> counts.put(count.name(), number));
    ObjectNode timings = json.putObject("timings");
    tally.timings().forEach((timing, times) -> timings.put(timing.name(), Timings.encode(times)));
    return json.toString();
  }

  static String problem(long id, String text) {
    return MAPPER.createObjectNode().put("id", id).put("problem", text).toString();
  }

  static JsonNode tree(String line) {
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  static Tally tally(JsonNode answer) {
    Map<Count, Long> counts = new EnumMap<>(Count.class);
    for (Count count : Count.values()) {
      counts.put(count, answer.path("counts").path(count.name()).asLong());
    }
    Map<Timing, Histogram> timings = new EnumMap<>(Timing.class);
    for (Timing timing : Timing.values()) {
      JsonNode encoded = answer.path("timings").path(timing.name());
      if (encoded.isTextual()) {
        timings.put(timing, Timings.decode(encoded.asText()));
      }
    }
    JsonNode failure = answer.path("failure");
    return new Tally(counts, timings, failure.isTextual() ? failure.asText() : null);
  }
}
