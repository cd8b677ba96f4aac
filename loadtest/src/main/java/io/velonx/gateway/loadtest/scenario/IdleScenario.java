package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.JavaHeap;
import io.velonx.gateway.loadtest.measure.JavaHeap.HeapClass;
import io.velonx.gateway.loadtest.measure.LineFit;
import io.velonx.gateway.loadtest.measure.LineFit.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What a connection that does nothing takes. */
@Command(
    name = "idle",
    sortOptions = false,
    description = {
      "Opens a third of the connections, two thirds and all, lets each settle, and fits a",
      "line through the server's memory: its slope is what a connection takes. A JVM's garbage",
      "is collected before each look, and what it keeps is shown class by class."
    })
final class IdleScenario extends ScenarioCommand {
  private static final int SIZES = 3;

  /** What takes less than the first few dozen takes next to nothing. */
  private static final int CLASSES = 40;

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
    collect(run);
    result.put("rss_kib_before", run.server.rssKib());
    Map<String, HeapClass> before = Map.of();
    List<Point> rss = new ArrayList<>();
    List<Point> pss = new ArrayList<>();
    for (int third = 1; third <= SIZES; third++) {
      int size = (int) ((long) run.options.connections * third / SIZES);
      run.open(size);
      run.hold(settleMillis, seconds -> run.progress.update("settling with " + size));
      collect(run);
      rss.add(new Point(size, run.server.rssKib()));
      pss.add(new Point(size, run.server.pssKib()));
      result.put("connections_" + third, size);
      result.put("rss_kib_" + third, rss.get(third - 1).y());
      result.put("pss_kib_" + third, pss.get(third - 1).y());
      result.addPoint("rss_kib", size, rss.get(third - 1).y());
      if (third == 1) {
        before = JavaHeap.classes(run.options.serverPids.get(0));
      }
    }
    putClasses(run, before, run.options.connections - run.options.connections / SIZES);
    result.put("rss_kib_per_connection", LineFit.through(rss).slope());
    result.put("pss_kib_per_connection", LineFit.through(pss).slope());

    run.progress.say("looking at the idle server");
    Interval interval = Interval.begin(run);
    run.hold(run.options.durationMillis, seconds -> {});
    interval.end().putShares();
  }

  /** A JVM that nobody presses for memory keeps garbage, which no connection needs. */
  private static void collect(Run run) {
    run.options.serverPids.forEach(JavaHeap::collect);
  }

  private static void putClasses(Run run, Map<String, HeapClass> before, int opened) {
    if (before.isEmpty()) {
      return;
    }
    List<HeapClass> growth =
        JavaHeap.growth(before, JavaHeap.classes(run.options.serverPids.get(0)), opened);
    run.result.put(
        "heap_bytes_per_connection", growth.stream().mapToDouble(HeapClass::bytes).sum());
    run.result.putClasses(growth.subList(0, Math.min(CLASSES, growth.size())));
  }
}
