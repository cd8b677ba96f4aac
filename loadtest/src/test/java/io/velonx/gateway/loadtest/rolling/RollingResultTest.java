package io.velonx.gateway.loadtest.rolling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RollingResultTest {
  @Test
  void theLastLineIsTheResult() {
    StringWriter out = new StringWriter();
    result(0, 0, 0).print(new PrintWriter(out));
    assertTrue(
        out.toString()
            .endsWith(
                "\npublished 10 delivered 40 lost 0 duplicated 0 reordered 0"
                    + " longest-silence 1234ms\n"),
        out.toString());
  }

  @Test
  void anythingLostDoubledOrDisorderedFailsTheRun() {
    assertTrue(result(0, 0, 0).passed());
    assertFalse(result(1, 0, 0).passed());
    assertFalse(result(0, 1, 0).passed());
    assertFalse(result(0, 0, 1).passed());
  }

  @Test
  void runThatDeliveredNothingOrHadAProblemFails() {
    assertFalse(of(0, 0, 0, 0, null).passed());
    assertFalse(of(40, 0, 0, 0, "3 clients did not come back").passed());
  }

  @Test
  void disturbancesAreShownWithWhatTheyDid() {
    StringWriter out = new StringWriter();
    result(0, 0, 0).print(new PrintWriter(out));
    String row = out.toString().lines().filter(line -> line.startsWith("kill")).findFirst().get();
    assertEquals(List.of("kill", "7", "80", "ms", "90", "ms", "100", "ms"), words(row));
  }

  private static List<String> words(String line) {
    return List.of(line.split(" +", -1));
  }

  private static RollingResult result(long lost, long duplicated, long reordered) {
    return of(40, lost, duplicated, reordered, null);
  }

  private static RollingResult of(
      long delivered, long lost, long duplicated, long reordered, @Nullable String problem) {
    return new RollingResult(
        10,
        delivered,
        lost,
        duplicated,
        reordered,
        1234,
        List.of(new Disturbance("kill", 7, 80, 90, 100)),
        Map.of("connections opened", 3L),
        problem);
  }
}
