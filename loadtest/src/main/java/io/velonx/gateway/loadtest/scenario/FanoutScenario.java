package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.Timing;
import io.velonx.gateway.loadtest.publish.Pump;
import picocli.CommandLine.Command;

/** Publications to rooms, and what of them arrives when. */
@Command(
    name = "fanout",
    sortOptions = false,
    description = {
      "Publishes to rooms and counts deliveries: how many, how late, at what price,",
      "and whether one was lost, came twice or out of order."
    })
final class FanoutScenario extends ScenarioCommand {
  @Override
  void run(Run run) {
    measure(run);
  }

  static void measure(Run run) {
    run.open(run.options.connections);
    run.settle();
    if (!run.server.isEmpty()) {
      run.result.put("rss_kib", run.server.rssKib());
    }
    Pump pump = run.pump();
    run.publish();
    run.progress.say("warming up");
    run.hold(run.options.warmUpMillis, seconds -> {});
    Pump.Progress before = pump.look();
    Interval interval = Interval.begin(run);
    Interval.Finished finished = interval.hold(Count.DELIVERIES, "deliveries_per_second");
    Pump.Progress after = pump.look();
    run.progress.say("draining");
    Pump.Progress end = run.drain();

    finished.put(Count.DELIVERIES, "deliveries", "delivery");
    double published = (double) after.published() - before.published();
    run.result.put("publications_per_second", published / finished.seconds());
    if (finished.serverMicros() >= 0) {
      run.result.putRatio(
          "server_cpu_seconds_per_million_deliveries",
          finished.serverMicros(),
          (double) finished.tally().of(Count.DELIVERIES));
      run.result.putRatio("server_cpu_us_per_publication", finished.serverMicros(), published);
    }
    finished.putTiming("latency", Timing.DELIVERY);
    finished.putShares();
    putLosses(run, end);
  }
}
