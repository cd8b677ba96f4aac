package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.LineFit;
import io.velonx.gateway.loadtest.measure.LineFit.Point;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a connection that does nothing takes. */
@Command(
    name = "idle",
    sortOptions = false,
    description = {
      "Opens a third of the connections, two thirds and all, lets each settle, and fits a",
      "line through the server's memory: its slope is what a connection takes."
    })
final class IdleScenario extends ScenarioCommand {
  private static final int SIZES = 3;

  @Option(
      names = "--settle",
      paramLabel = "TIME",
      converter = CommonOptions.Durations.class,
      description = "How long the server may settle before each look (default: 3s).")
  long settleMillis = 3_000;

  @Override
  void check() {
    require(!options.serverPids.isEmpty(), "--server-pid is needed: whose memory?");
    require(options.connections >= SIZES, "--connections: expected " + SIZES + " or more");
  }

  @Override
  void run(Run run) {
    Result result = run.result;
    result.put("rss_kib_before", run.server.rssKib());
    List<Point> rss = new ArrayList<>();
    List<Point> pss = new ArrayList<>();
    for (int third = 1; third <= SIZES; third++) {
      int size = (int) ((long) run.options.connections * third / SIZES);
      run.open(size);
      run.hold(settleMillis, seconds -> run.progress.update("settling with " + size));
      rss.add(new Point(size, run.server.rssKib()));
      pss.add(new Point(size, run.server.pssKib()));
      result.put("connections_" + third, size);
      result.put("rss_kib_" + third, rss.get(third - 1).y());
      result.put("pss_kib_" + third, pss.get(third - 1).y());
      result.addPoint("rss_kib", size, rss.get(third - 1).y());
    }
    result.put("rss_kib_per_connection", LineFit.through(rss).slope());
    result.put("pss_kib_per_connection", LineFit.through(pss).slope());

    run.progress.say("looking at the idle server");
    Interval interval = Interval.begin(run);
    run.hold(run.options.durationMillis, seconds -> {});
    interval.end().putShares();
  }
}
