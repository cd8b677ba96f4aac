package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.Count;
import io.velonx.gateway.loadtest.measure.Tally;
import io.velonx.gateway.loadtest.measure.Threshold;
import io.velonx.gateway.loadtest.measure.Timing;
import io.velonx.gateway.loadtest.publish.Pump;
import io.velonx.gateway.loadtest.swarm.Order;
import io.velonx.gateway.loadtest.swarm.Order.Verb;
import io.velonx.gateway.loadtest.swarm.Swarm;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A small request on a loop that has its hands full. */
@Command(
    name = "probe",
    sortOptions = false,
    description = {
      "Saturates the rooms (closed loop, 64 on their way when nothing else is said) and sends a",
      "small request every 10 ms on one more connection: how long does it wait?",
      "Passes when the 99th percentile is at most 10 ms, unless --threshold says otherwise."
    })
final class ProbeScenario extends ScenarioCommand {
  private static final int DEFAULT_WINDOW = 64;

  @Option(
      names = "--probe-rate",
      paramLabel = "R",
      description = "Requests per second (default: ${DEFAULT-VALUE}).")
  double probeRate = 100;

  @Override
  void check() {
    if (options.rate == 0 && options.deliveriesRate == 0 && options.window == 0) {
      options.window = DEFAULT_WINDOW;
    }
  }

  @Override
  List<Threshold> defaultThresholds() {
    return List.of(new Threshold("probe_ms_p99", "<=", 10));
  }

  @Override
  void run(Run run) {
    run.open(run.options.connections);
    run.settle();
    Swarm bystander = run.bystander();
    Tally opened = bystander.await(Order.of(Verb.OPEN, run.options.rooms + 1L));
    if (opened.of(Count.OPENED) != 1) {
      throw new IllegalStateException("the probe did not open: " + opened.failure());
    }
    run.pump();
    run.publish();
    run.progress.say("warming up");
    run.hold(run.options.warmUpMillis, seconds -> {});
    bystander.await(new Order(Verb.ECHO, run.options.rooms + 1L, probeRate, 1));
    Interval interval = Interval.begin(run);
    Interval.Finished finished = interval.hold(Count.DELIVERIES, "deliveries_per_second");
    Tally probed = bystander.await(Order.of(Verb.STOP_ECHO));
    Pump.Progress end = run.drain();

    run.result.put("probes", probed.of(Count.ECHOES));
    run.result.put("probes_late", probed.of(Count.ECHOES_LATE));
    run.result.putTiming("probe", probed, Timing.ECHO);
    finished.put(Count.DELIVERIES, "deliveries", "delivery");
    finished.putTiming("latency", Timing.DELIVERY);
    finished.putShares();
    putLosses(run, end);
    run.result.putChart(probed.of(Timing.ECHO));
  }
}
