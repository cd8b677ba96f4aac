package io.velonx.gateway.loadtest.scenario;

import io.velonx.gateway.loadtest.measure.Count;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Fan-out over several nodes. */
@Command(
    name = "cluster",
    sortOptions = false,
    description = {
      "Fan-out with the connections spread over several nodes, each --url one, and publications",
      "that enter at the first: loss, duplicates and order are those between nodes."
    })
final class ClusterScenario extends ScenarioCommand {
  private static final long MOST_DRAIN_NANOS = TimeUnit.MINUTES.toNanos(2);
  private static final long LOOK_MILLIS = 50;
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @Option(
      names = "--drain-url",
      split = ",",
      paramLabel = "URL",
      description = {
        "Admin ports of the nodes: at the end all of them are drained at once, and it is timed",
        "until the last connection is gone."
      })
  List<URI> drainUrls = List.of();

  @Override
  void check() {
    require(options.urls.size() >= 2, "--url: expected those of two nodes or more");
  }

  @Override
  void run(Run run) throws IOException {
    run.result.put("nodes", (long) options.urls.size());
    FanoutScenario.measure(run);
    if (!drainUrls.isEmpty()) {
      drainNodes(run);
    }
  }

  private void drainNodes(Run run) throws IOException {
    long before = run.look().of(Count.ENDED);
    long cpuBefore = run.server.cpuMicros();
    long start = System.nanoTime();
    for (URI node : drainUrls) {
      post(node.resolve("/drain"));
    }
    long gone = 0;
    while (gone < options.connections && System.nanoTime() - start < MOST_DRAIN_NANOS) {
      Run.pause(LOOK_MILLIS);
      gone = run.look().of(Count.ENDED) - before;
      run.progress.update("drained " + gone + " of " + options.connections);
    }
    run.result.put("drained_connections", gone);
    run.result.put("drain_seconds", (System.nanoTime() - start) / 1e9);
    run.result.putRatio(
        "server_cpu_us_per_drained_connection",
        (double) (run.server.cpuMicros() - cpuBefore),
        (double) gone);
  }

  private static void post(URI address) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build();
    try {
      int status = HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status / 100 != 2) {
        throw new IOException(address + " answered with " + status);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
