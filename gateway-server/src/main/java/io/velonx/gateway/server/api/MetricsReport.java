package io.velonx.gateway.server.api;

import com.codahale.metrics.Meter;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.server.http.Json;

/** Every instrument with its value, by name. */
final class MetricsReport {
  private MetricsReport() {}

  static ObjectNode of(MetricRegistry registry) {
    ObjectNode report = Json.object();
    registry.getGauges().forEach((name, gauge) -> report.putPOJO(name, gauge.getValue()));
    registry.getCounters().forEach((name, counter) -> report.put(name, counter.getCount()));
    registry.getMeters().forEach((name, meter) -> put(report.putObject(name), meter));
    registry
        .getHistograms()
        .forEach(
            (name, histogram) ->
                put(report.putObject(name), histogram.getCount(), histogram.getSnapshot()));
    registry
        .getTimers()
        .forEach(
            (name, timer) -> put(report.putObject(name), timer.getCount(), timer.getSnapshot()));
    return report;
  }

  private static void put(ObjectNode target, Meter meter) {
    target.put("count", meter.getCount()).put("perSecond", meter.getOneMinuteRate());
  }

  private static void put(ObjectNode target, long count, Snapshot values) {
    target
        .put("count", count)
        .put("p50", values.getMedian())
        .put("p99", values.get99thPercentile())
        .put("max", values.getMax());
  }
}
