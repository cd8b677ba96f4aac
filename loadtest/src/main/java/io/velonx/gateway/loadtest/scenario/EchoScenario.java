package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.Timing;
import io.velonx.gateway.loadtest.swarm.Order;
import io.velonx.gateway.loadtest.swarm.Order.Verb;
import picocli.CommandLine.Command;

/** Request and answer, one at a time on each connection. */
@Command(
    name = "echo",
    sortOptions = false,
    description = "Sends a request on each connection, and the next when it is answered.")
final class EchoScenario extends ScenarioCommand {
  @Override
  void run(Run run) {
    run.open(run.options.connections);
    run.settle();
    run.order(new Order(Verb.ECHO, run.options.connections, 0, 1));
    run.progress.say("warming up");
    run.hold(run.options.warmUpMillis, seconds -> {});
    Interval interval = Interval.begin(run);
    Interval.Finished finished = interval.hold(Count.ECHOES, "requests_per_second");
    run.order(Order.of(Verb.STOP_ECHO));
    finished.put(Count.ECHOES, "requests", "request");
    finished.putTiming("latency", Timing.ECHO);
    finished.putShares();
    run.result.put("ended_connections", finished.tally().of(Count.ENDED));
  }
}
