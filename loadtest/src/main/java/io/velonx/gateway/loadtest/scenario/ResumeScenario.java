package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.Tally;
import io.velonx.gateway.loadtest.measure.Timing;
import io.velonx.gateway.loadtest.publish.Pump;
import io.velonx.gateway.loadtest.swarm.Order;
import io.velonx.gateway.loadtest.swarm.Order.Verb;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Everybody is gone at once, and comes back. */
@Command(
    name = "resume",
    sortOptions = false,
    description = {
      "While publications go on, drops all connections and has them come back; measures the",
      "time until each receives again, and counts what it missed. A server with a history is",
      "asked for it by the resume steps of the dialect. 20 publications a second in each room",
      "when nothing else is said."
    })
final class ResumeScenario extends ScenarioCommand {
  private static final double DEFAULT_RATE_PER_ROOM = 20;

  @Option(
      names = "--jitter",
      paramLabel = "TIME",
      converter = CommonOptions.Durations.class,
      description = "Each comes back after a random part of it; 0ms: at once (default: 1s).")
  long jitterMillis = 1_000;

  @Override
  void check() {
    require(options.window == 0, "--window: expected --rate, since nobody listens for a while");
    if (options.rate == 0 && options.deliveriesRate == 0) {
      options.rate = DEFAULT_RATE_PER_ROOM * options.rooms;
    }
  }

  @Override
  boolean keepsOffsets() {
    return true;
  }

  @Override
  void run(Run run) {
    run.open(run.options.connections);
    run.settle();
    run.pump();
    run.publish();
    run.progress.say("warming up");
    run.hold(run.options.warmUpMillis, seconds -> {});
    run.progress.say("everybody leaves");
    Interval interval = Interval.begin(run);
    CompletableFuture<Tally> back = run.swarm().carryOut(Order.of(Verb.LEAVE, jitterMillis));
    run.awaitWhile(back, interval, Count.RETURNED, "returns_per_second");
    run.hold(run.options.durationMillis, seconds -> run.progress.update("all are back"));
    Interval.Finished finished = interval.end();
    Pump.Progress end = run.drain();

    Tally after = run.look();
    run.result.put("returned", after.of(Count.RETURNED));
    run.result.put("failed", after.of(Count.FAILED));
    finished.putTiming("return", Timing.RETURN);
    run.result.putTiming("handshake", finished.tally(), Timing.UPGRADE);
    if (finished.serverMicros() >= 0) {
      run.result.putRatio(
          "server_cpu_us_per_return", finished.serverMicros(), (double) after.of(Count.RETURNED));
    }
    putLosses(run, end);
    run.result.put("missed", end.expected() - after.distinct());
    run.result.putRatio(
        "missed_per_connection",
        (double) end.expected() - after.distinct(),
        run.options.connections);
    finished.putShares();
  }
}
