package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.Tally;
import io.velonx.gateway.loadtest.measure.Timing;
import io.velonx.gateway.loadtest.publish.Pump;
import io.velonx.gateway.loadtest.swarm.Order;
import io.velonx.gateway.loadtest.swarm.Order.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Readers that stall, what others notice of them, and whether they get everything in the end. */
@Command(
    name = "slow",
    sortOptions = false,
    description = {
      "A share of the readers stops reading; measures what the others get, and how much memory",
      "the server needs. In the end they read again, or come back by the resume steps of the",
      "dialect if they were closed, and it is counted what they missed: nothing, where the server",
      "keeps a history that is long enough and the publisher is one that writes to it. Open loop;",
      "100 publications a second when nothing else is said."
    })
final class SlowScenario extends ScenarioCommand {
  private static final double DEFAULT_RATE = 100;

  @Option(
      names = "--slow-share",
      paramLabel = "SHARE",
      description = "Share of the readers that stall (default: ${DEFAULT-VALUE}).")
  double share = 0.1;

  @Override
  boolean keepsOffsets() {
    return true;
  }

  @Override
  void check() {
    require(share > 0 && share < 1, "--slow-share: expected between 0 and 1");
    require(options.window == 0, "--window: expected --rate, since stalled readers fill a window");
    if (options.rate == 0 && options.deliveriesRate == 0) {
      options.rate = DEFAULT_RATE;
    }
  }

  @Override
  void run(Run run) {
    int connections = run.options.connections;
    int stalled = Math.max(1, (int) Math.round(connections * share));
    run.open(connections);
    run.settle();
    run.order(Order.of(Verb.STALL, stalled));
    int[] others = run.plan.audience().subscribers(connections);
    int[] slow = run.plan.audience().subscribers(stalled);
    for (int room = 0; room < others.length; room++) {
      others[room] -= slow[room];
    }
    Pump pump = run.pump();
    pump.expect(others);
    long rssBefore = run.server.rssKib();
    run.publish();
    run.progress.say("warming up");
    run.hold(run.options.warmUpMillis, seconds -> {});
    Interval interval = Interval.begin(run);
    long[] rssMost = {rssBefore};
    Interval.Finished finished =
        interval.hold(
            Count.DELIVERIES,
            "deliveries_per_second",
            seconds -> rssMost[0] = Math.max(rssMost[0], run.server.rssKib()));
    Pump.Progress end = run.drain();
    long rssEnd = run.server.rssKib();
    run.progress.say("stalled readers read again");
    run.order(Order.of(Verb.READ, stalled));
    long expectedOfSlow = pump.deliveriesTo(slow);
    run.awaitSilence(tally -> tally.of(Count.SLOW_DELIVERIES) >= expectedOfSlow);

    run.result.put("slow_connections", (long) stalled);
    finished.put(Count.DELIVERIES, "deliveries", "delivery");
    finished.putTiming("latency", Timing.DELIVERY);
    finished.putShares();
    if (!run.server.isEmpty()) {
      run.result.put("rss_kib_before", rssBefore);
      run.result.put("rss_kib_most", rssMost[0]);
      run.result.put("rss_kib_end", rssEnd);
      run.result.put("rss_kib_per_slow_connection", (rssMost[0] - rssBefore) / (double) stalled);
    }
    putLosses(run, end);
    Tally last = run.look();
    run.result.put("slow_deliveries", last.of(Count.SLOW_DELIVERIES));
    run.result.put("slow_lost", expectedOfSlow - last.of(Count.SLOW_DELIVERIES));
    run.result.put("slow_duplicated", last.of(Count.SLOW_DUPLICATED));
  }
}
