package io.velonx.gateway.loadtest.scenario;

import picocli.CommandLine.Command;

/** Fan-out over several nodes. */
@Command(
    name = "cluster",
    sortOptions = false,
    description = {
      "Fan-out with the connections spread over several nodes, each --url one, and publications",
      "that enter at the first: loss, duplicates and order are those between nodes."
    })
final class ClusterScenario extends ScenarioCommand {
  @Override
  void check() {
    require(options.urls.size() >= 2, "--url: expected those of two nodes or more");
  }

  @Override
  void run(Run run) {
    run.result.put("nodes", (long) options.urls.size());
    FanoutScenario.measure(run);
  }
}
