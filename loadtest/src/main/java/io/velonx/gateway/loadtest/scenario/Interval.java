package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.Tally;
import io.velonx.gateway.loadtest.measure.Timing;

/**
 * What happened between two moments: counts, times, and what processors did meanwhile.
 *
 * <p>Threading: one thread.
 */
final class Interval {
  private final Run run;
  private final Tally before;
  private final long startNanos;
  private final long serverMicros;
  private final long auxMicros;
  private final long selfMicros;
  private long nextPoint = 1;
  private Tally lastPoint;
  private double lastSeconds;

  private Interval(Run run) {
    this.run = run;
    before = run.mark();
    lastPoint = before;
    startNanos = System.nanoTime();
    serverMicros = run.server.cpuMicros();
    auxMicros = run.aux.cpuMicros();
    selfMicros = run.self.cpuMicros();
  }

  static Interval begin(Run run) {
    return new Interval(run);
  }

  /** Holds for the duration asked for, with a point of that count in a series every second. */
  Finished hold(Count count, String series) {
    return hold(count, series, seconds -> {});
  }

  /** The same, and looks at something else whenever it looks. */
  Finished hold(Count count, String series, Run.Sampler more) {
    run.hold(
        run.options.durationMillis,
        seconds -> {
          sample(count, series, seconds);
          more.sample(seconds);
        });
    return end();
  }

  /** Adds a point to the series when a second went by since the last one. */
  void sample(Count count, String series, double seconds) {
    Tally now = run.look();
    if (seconds >= nextPoint) {
      double rate = (now.of(count) - lastPoint.of(count)) / (seconds - lastSeconds);
      run.result.addPoint(series, seconds, rate);
      run.progress.update("measuring: %,.0f %s".formatted(rate, series.replace('_', ' ')));
      lastPoint = now;
      lastSeconds = seconds;
      nextPoint++;
    }
  }

  /** What happened since {@link #begin}. */
  Finished end() {
    Tally after = run.look();
    return new Finished(
        run.result,
        after.since(before),
        (System.nanoTime() - startNanos) / 1e9,
        run.server.isEmpty() ? -1 : run.server.cpuMicros() - serverMicros,
        run.aux.isEmpty() ? -1 : run.aux.cpuMicros() - auxMicros,
        run.self.cpuMicros() - selfMicros);
  }

  /**
   * A closed interval.
   *
   * @param serverMicros processor time; -1 when nobody said whose
   */
  record Finished(
      Result result,
      Tally tally,
      double seconds,
      double serverMicros,
      double auxMicros,
      double selfMicros) {

    /** How often, and what each cost. */
    void put(Count count, String plural, String singular) {
      double number = tally.of(count);
      result.put(plural, number);
      result.put(plural + "_per_second", number / seconds);
      if (serverMicros >= 0) {
        result.putRatio("server_cpu_us_per_" + singular, serverMicros, number);
      }
      if (auxMicros >= 0) {
        result.putRatio("aux_cpu_us_per_" + singular, auxMicros, number);
      }
      result.putRatio("loadgen_cpu_us_per_" + singular, selfMicros, number);
    }

    void putTiming(String prefix, Timing timing) {
      result.putTiming(prefix, tally, timing);
      result.putChart(tally.of(timing));
    }

    void putShares() {
      result.putRatio(
          "messages_per_read", (double) tally.of(Count.DELIVERIES), (double) tally.of(Count.READS));
      result.put("loadgen_cpu_percent", selfMicros / 1e4 / seconds);
      if (serverMicros >= 0) {
        result.put("server_cpu_percent", serverMicros / 1e4 / seconds);
      }
      if (auxMicros >= 0) {
        result.put("aux_cpu_percent", auxMicros / 1e4 / seconds);
      }
      result.put("measured_seconds", seconds);
    }
  }
}
