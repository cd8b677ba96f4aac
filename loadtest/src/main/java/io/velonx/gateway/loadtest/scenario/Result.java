package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.JavaHeap.HeapClass;
import io.velonx.gateway.loadtest.measure.Tally;
import io.velonx.gateway.loadtest.measure.Threshold;
import io.velonx.gateway.loadtest.measure.Timing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** What a run found out, figure by figure. Threading: one thread. */
final class Result {
  private static final double NANOS_PER_MILLI = 1e6;

  /** Points of a chart between two halvings of the distance to 100 %. */
  private static final int TICKS_PER_HALVING = 5;

  private final Map<String, Double> figures = new LinkedHashMap<>();
  private final Map<String, List<double[]>> series = new LinkedHashMap<>();
  private final List<double[]> histogram = new ArrayList<>();
  private final List<HeapClass> classes = new ArrayList<>();

  /** What fills the server's heap. */
  void putClasses(List<HeapClass> heapClasses) {
    classes.clear();
    classes.addAll(heapClasses);
  }

  List<HeapClass> classes() {
    return classes;
  }

  void put(String figure, double value) {
    figures.put(figure, value);
  }

  void put(String figure, long value) {
    figures.put(figure, (double) value);
  }

  /** The quotient, unless nobody did anything to be divided by. */
  void putRatio(String figure, double dividend, double divisor) {
    if (divisor > 0) {
      figures.put(figure, dividend / divisor);
    }
  }

  /** Percentiles of a timing; nothing when nothing was timed. */
  void putTiming(String prefix, Tally tally, Timing timing) {
    Histogram times = tally.of(timing);
    if (times.getTotalCount() > 0) {
      put(prefix + "_ms_p50", times.getValueAtPercentile(50) / NANOS_PER_MILLI);
      put(prefix + "_ms_p99", times.getValueAtPercentile(99) / NANOS_PER_MILLI);
      put(prefix + "_ms_p999", times.getValueAtPercentile(99.9) / NANOS_PER_MILLI);
      put(prefix + "_ms_max", times.getMaxValue() / NANOS_PER_MILLI);
    }
  }

  /** The timing a chart is drawn of. */
  void putChart(Histogram times) {
    histogram.clear();
    for (HistogramIterationValue value : times.percentiles(TICKS_PER_HALVING)) {
      histogram.add(
          new double[] {
            value.getPercentileLevelIteratedTo(), value.getValueIteratedTo() / NANOS_PER_MILLI
          });
    }
  }

  void addPoint(String name, double seconds, double value) {
    series.computeIfAbsent(name, unseen -> new ArrayList<>()).add(new double[] {seconds, value});
  }

  Map<String, Double> figures() {
    return figures;
  }

  Map<String, List<double[]>> series() {
    return series;
  }

  List<double[]> histogram() {
    return histogram;
  }

  List<Threshold.Check> checks(List<Threshold> thresholds) {
    return thresholds.stream().map(threshold -> threshold.check(figures)).toList();
  }
}
