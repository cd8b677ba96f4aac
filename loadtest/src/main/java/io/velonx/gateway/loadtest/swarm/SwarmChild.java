package io.velonx.gateway.loadtest.swarm;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.velonx.gateway.loadtest.dialect.Dialect;
import io.velonx.gateway.loadtest.dialect.DialectException;
import io.velonx.gateway.loadtest.dialect.DialectFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;

/**
 * One process of a swarm: the plan is its first line, every further one an order; ends with its
 * input, so it never outlives its parent.
 */
final class SwarmChild {
  private SwarmChild() {}

  /** Started by {@link ChildSwarm} only. */
  public static void main(String[] arguments) throws IOException, DialectException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    String first = in.readLine();
    if (first == null) {
      return;
    }
    SwarmPlan plan = Wire.read(first, SwarmPlan.class);
    Dialect dialect = new DialectFile.Text(plan.dialectFile(), plan.dialectText()).parse();
    Completions completions =
        (publisher, room, sequence) -> out.println("C " + publisher + " " + room + " " + sequence);
    try (Swarm swarm = new LocalSwarm(plan, dialect, completions)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Wire.Numbered numbered = Wire.read(line, Wire.Numbered.class);
        swarm
            .carryOut(numbered.order())
            .whenComplete(
                (tally, problem) ->
                    out.println(
                        problem == null
                            ? Wire.answer(numbered.id(), tally)
                            : Wire.problem(numbered.id(), String.valueOf(problem.getMessage()))));
      }
    }
    System.exit(0);
  }
}
