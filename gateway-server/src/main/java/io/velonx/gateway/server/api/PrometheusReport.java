package io.velonx.gateway.server.api;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import io.velonx.gateway.pipeline.HttpAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Every instrument in the text format of Prometheus. Times are in seconds; of sizes and times there
 * are quantiles, those of the last five minutes or so, the highest being the maximum.
 */
final class PrometheusReport {
  private static final double SECONDS = 1e-9;

  private final Map<String, CounterSnapshot.Builder> counters = new TreeMap<>();
  private final Map<String, GaugeSnapshot.Builder> gauges = new TreeMap<>();
  private final MetricSnapshots.Builder all = MetricSnapshots.builder();

  private PrometheusReport() {}

  static HttpAnswer of(MetricRegistry registry) {
    ByteArrayOutputStream text = new ByteArrayOutputStream(16 * 1024);
    try {
      PrometheusTextFormatWriter.builder()
          .setIncludeCreatedTimestamps(false)
          .build()
          .write(text, new PrometheusReport().snapshots(registry));
    } catch (IOException e) {
      throw new AssertionError("memory can always be written to", e);
    }
    return new HttpAnswer(
        200,
        PrometheusTextFormatWriter.CONTENT_TYPE,
        text.toByteArray(),
        Map.of("Cache-Control", "no-store"));
  }

  private MetricSnapshots snapshots(MetricRegistry registry) {
    registry.getGauges().forEach((name, gauge) -> gauge(name, gauge.getValue()));
    registry.getCounters().forEach((name, counter) -> count(name, counter.getCount()));
    registry.getMeters().forEach((name, meter) -> count(name, meter.getCount()));
    registry
        .getHistograms()
        .forEach((name, sizes) -> summary(name, "", sizes.getCount(), sizes.getSnapshot(), 1));
    registry
        .getTimers()
        .forEach(
            (name, times) ->
                summary(name, "_seconds", times.getCount(), times.getSnapshot(), SECONDS));
    counters.values().forEach(family -> all.metricSnapshot(family.build()));
    gauges.values().forEach(family -> all.metricSnapshot(family.build()));
    return all.build();
  }

  private void count(String instrument, long count) {
    PrometheusName name = PrometheusName.of(instrument);
    counters
        .computeIfAbsent(
            name.text(), text -> CounterSnapshot.builder().name(text).help(name.help()))
        .dataPoint(
            CounterDataPointSnapshot.builder().labels(name.labels()).value((double) count).build());
  }

  private void gauge(String instrument, Object value) {
    PrometheusName name = PrometheusName.of(instrument);
    if (value instanceof Number number) {
      gauges
          .computeIfAbsent(
              name.text(), text -> GaugeSnapshot.builder().name(text).help(name.help()))
          .dataPoint(
              GaugeDataPointSnapshot.builder()
                  .labels(name.labels())
                  .value(number.doubleValue())
                  .build());
    } else if (value != null) {
      // Text has no place in Prometheus but a label.
      String label = instrument.substring(instrument.lastIndexOf('.') + 1);
      all.metricSnapshot(
          InfoSnapshot.builder()
              .name(name.text())
              .help(name.help())
              .dataPoint(
                  InfoDataPointSnapshot.builder()
                      .labels(Labels.of(label, String.valueOf(value)))
                      .build())
              .build());
    }
  }

  private void summary(String instrument, String unit, long count, Snapshot values, double scale) {
    PrometheusName name = PrometheusName.of(instrument);
    all.metricSnapshot(
        SummarySnapshot.builder()
            .name(name.text() + unit)
            .help(name.help())
            .dataPoint(
                SummaryDataPointSnapshot.builder()
                    .count(count)
                    .quantiles(
                        Quantiles.of(
                            new Quantile(0.5, values.getMedian() * scale),
                            new Quantile(0.95, values.get95thPercentile() * scale),
                            new Quantile(0.99, values.get99thPercentile() * scale),
                            new Quantile(1, values.getMax() * scale)))
                    .build())
            .build());
  }
}
