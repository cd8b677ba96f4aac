package io.velonx.gateway.loadtest.rolling;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param published publications that were taken, each once
 * @param delivered pairs of a client and a publication it got
 * @param lost pairs of a client and a publication it should have got
 * @param further figures beside those that decide
 * @param problem why the run failed, whatever the figures say; null when there is no such reason
 */
public record RollingResult(
    long published,
    long delivered,
    long lost,
    long duplicated,
    long reordered,
    long silenceMillis,
    List<Disturbance> disturbances,
    Map<String, Long> further,
    @Nullable String problem) {

  /** Whether nothing was lost, doubled or disordered, and something was delivered. */
  public boolean passed() {
    return problem == null && delivered > 0 && lost == 0 && duplicated == 0 && reordered == 0;
  }

  /** The result in one line. */
  public String line() {
    return "published %d delivered %d lost %d duplicated %d reordered %d longest-silence %dms"
        .formatted(published, delivered, lost, duplicated, reordered, silenceMillis);
  }

  /** The same for people; {@link #line} is the last. */
  void print(PrintWriter out) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"", "moved", "all back after", "longest silence", "took"});
    for (Disturbance each : disturbances) {
      rows.add(
          new String[] {
            each.name(),
            "" + each.moved(),
            each.moved() == 0 ? "-" : each.backMillis() + " ms",
            each.silenceMillis() + " ms",
            each.tookMillis() + " ms"
          });
    }
    int name = rows.stream().mapToInt(row -> row[0].length()).max().orElse(1);
    for (String[] row : rows) {
      out.printf("%-" + name + "s %8s %15s %16s %10s%n", (Object[]) row);
    }
    out.println();
    further.forEach((figure, value) -> out.printf("%-" + name + "s %8d%n", figure, value));
    if (problem != null) {
      out.println("problem: " + problem);
    }
    out.println(line());
    out.flush();
  }
}
