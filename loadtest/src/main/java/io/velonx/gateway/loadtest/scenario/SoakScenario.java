package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.LineFit;
import io.velonx.gateway.loadtest.measure.LineFit.Point;
import io.velonx.gateway.loadtest.measure.Timing;
import io.velonx.gateway.loadtest.publish.Pump;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** Fan-out for long, with an eye on memory. */
@Command(
    name = "soak",
    sortOptions = false,
    description = {
      "Fan-out for --duration, with the server's memory every second: what it grows by in the",
      "second half says whether something is left behind. 30,000 deliveries a second when",
      "nothing else is said."
    })
final class SoakScenario extends ScenarioCommand {
  private static final double DEFAULT_DELIVERIES_RATE = 30_000;

  @Override
  void check() {
    if (options.rate == 0 && options.deliveriesRate == 0 && options.window == 0) {
      options.deliveriesRate = DEFAULT_DELIVERIES_RATE;
    }
  }

  @Override
  void run(Run run) {
    run.open(run.options.connections);
    run.settle();
    run.pump();
    run.publish();
    run.progress.say("warming up");
    run.hold(run.options.warmUpMillis, seconds -> {});
    List<Point> memory = new ArrayList<>();
    double half = run.options.durationMillis / 2_000.0;
    double[] next = {0};
    Interval interval = Interval.begin(run);
    Interval.Finished finished =
        interval.hold(
            Count.DELIVERIES,
            "deliveries_per_second",
            seconds -> {
              if (!run.server.isEmpty() && seconds >= next[0]) {
                next[0] += 1;
                long kib = run.server.rssKib();
                run.result.addPoint("rss_kib", seconds, (double) kib);
                if (seconds >= half) {
                  memory.add(new Point(seconds / 60, kib));
                }
              }
            });
    Pump.Progress end = run.drain();
    finished.put(Count.DELIVERIES, "deliveries", "delivery");
    finished.putTiming("latency", Timing.DELIVERY);
    finished.putShares();
    if (memory.size() >= 2) {
      run.result.put("rss_kib", memory.get(memory.size() - 1).y());
      run.result.put("rss_growth_kib_per_minute", LineFit.through(memory).slope());
    }
    putLosses(run, end);
  }
}
