package io.velonx.gateway.loadtest.compare;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** What loads a server. */
interface Swarm {
  /**
   * Carries out one load, and answers with its figures.
   *
   * @param arguments those of the command line of the load test
   *     <p>Fails: {@link IOException} that says what went wrong with the server or the load.
   */
  Map<String, Double> run(List<String> arguments) throws IOException, InterruptedException;
}
