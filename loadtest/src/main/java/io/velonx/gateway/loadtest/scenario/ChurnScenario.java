package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.Timing;
import io.velonx.gateway.loadtest.swarm.Order;
import io.velonx.gateway.loadtest.swarm.Order.Verb;
import picocli.CommandLine.Command;

/** Connections that come and go. */
@Command(
    name = "churn",
    sortOptions = false,
    description = {
      "In as many slots as --connections: opens, runs the opening script, closes with a closing",
      "handshake, and begins again."
    })
final class ChurnScenario extends ScenarioCommand {
  @Override
  void run(Run run) {
    run.order(Order.of(Verb.CHURN, run.options.connections));
    run.progress.say("warming up");
    run.hold(run.options.warmUpMillis, seconds -> {});
    Interval interval = Interval.begin(run);
    Interval.Finished finished = interval.hold(Count.UPGRADED, "handshakes_per_second");
    run.order(Order.of(Verb.STOP_CHURN));
    finished.put(Count.UPGRADED, "handshakes", "handshake");
    run.result.put("opened", finished.tally().of(Count.OPENED));
    run.result.put("failed", finished.tally().of(Count.FAILED));
    run.result.put("closed_cleanly", finished.tally().of(Count.CLOSED));
    run.result.put("ended_connections", finished.tally().of(Count.ENDED));
    run.result.putTiming("opening", finished.tally(), Timing.OPENING);
    finished.putTiming("handshake", Timing.UPGRADE);
    finished.putShares();
  }
}
