package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.Tally;
import io.velonx.gateway.loadtest.measure.Timing;
import io.velonx.gateway.loadtest.swarm.Order;
import io.velonx.gateway.loadtest.swarm.Order.Verb;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A storm of newcomers, and what those who are there already notice of it. */
@Command(
    name = "connect",
    sortOptions = false,
    description = {
      "Opens connections as fast as the server takes them, or at --connect-rate, and counts",
      "what a handshake costs; with --background, how long others wait meanwhile."
    })
final class ConnectScenario extends ScenarioCommand {
  /** Requests a second on each connection that is there already. */
  private static final double REQUESTS = 10;

  @Option(
      names = "--background",
      paramLabel = "N",
      description = "Connections that are there before and send requests (default: 0).")
  int background;

  @Override
  void run(Run run) {
    if (background > 0) {
      run.open(background);
      run.order(new Order(Verb.ECHO, background, REQUESTS, 1));
      run.hold(run.options.warmUpMillis, seconds -> {});
    }
    long all = (long) background + run.options.connections;
    Interval interval = Interval.begin(run);
    CompletableFuture<Tally> opening =
        run.swarm()
            .carryOut(
                new Order(Verb.OPEN, all, run.options.connectRate, run.options.connectConcurrency));
    run.awaitWhile(opening, interval, Count.OPENED, "connections_per_second");
    Interval.Finished finished = interval.end();

    finished.put(Count.UPGRADED, "handshakes", "handshake");
    run.result.put("opened", finished.tally().of(Count.OPENED));
    run.result.put("failed", finished.tally().of(Count.FAILED));
    run.result.putTiming("opening", finished.tally(), Timing.OPENING);
    if (background > 0) {
      run.result.putTiming("request", finished.tally(), Timing.ECHO);
      run.result.put("requests", finished.tally().of(Count.ECHOES));
      run.result.put("requests_late", finished.tally().of(Count.ECHOES_LATE));
    }
    finished.putTiming("handshake", Timing.UPGRADE);
    finished.putShares();
  }
}
