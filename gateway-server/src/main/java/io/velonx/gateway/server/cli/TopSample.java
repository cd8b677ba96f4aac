package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a node counted at one moment. */
record TopSample(JsonNode stats, JsonNode metrics, long nanos) {
  /** A counter, and how fast it grew. */
  record Rate(String name, double perSecond, long total) {}

  static TopSample of(NodeClient node) throws IOException, InterruptedException {
    return new TopSample(node.get("/stats"), node.get("/metrics.json"), System.nanoTime());
  }

  long gauge(String name) {
    return metrics.path(name).asLong();
  }

  double rate(TopSample before, String counter) {
    double seconds = (nanos - before.nanos) / 1e9;
    long grown = count(counter) - before.count(counter);
    return seconds <= 0 ? 0 : Math.max(0, grown) / seconds;
  }

  /** Every counter of the gateway. */
  List<Rate> rates(TopSample before) {
    List<Rate> rates = new ArrayList<>();
    stats
        .path("counters")
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (name.startsWith("gateway.")) {
                rates.add(new Rate(name, rate(before, name), count(name)));
              }
            });
    return rates;
  }

  private long count(String counter) {
    return stats.path("counters").path(counter).asLong();
  }
}
