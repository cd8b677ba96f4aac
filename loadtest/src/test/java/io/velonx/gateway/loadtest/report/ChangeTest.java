package io.velonx.gateway.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.loadtest.compare.Figure;
import io.velonx.gateway.loadtest.compare.Spread;
import io.velonx.gateway.loadtest.report.Change.Verdict;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ChangeTest {
  @Test
  void rangesThatMeetAreNoChange() {
    assertEquals(
        Verdict.SAME, change(Figure.DELIVERIES, spread(90, 100, 110), spread(105, 120, 130)));
  }

  @Test
  void whatIsBetterDependsOnTheFigure() {
    Spread small = spread(9, 10, 11);
    Spread large = spread(19, 20, 21);

    assertEquals(Verdict.BETTER, change(Figure.DELIVERIES, small, large));
    assertEquals(Verdict.WORSE, change(Figure.DELIVERIES, large, small));
    assertEquals(Verdict.WORSE, change(Figure.DELIVERY_CPU, small, large));
    assertEquals(Verdict.BETTER, change(Figure.DELIVERY_CPU, large, small));
  }

  @Test
  void aSingleMeasurementIsTakenToVary() {
    assertEquals(Verdict.SAME, change(Figure.MEMORY, spread(1), spread(1.2)));
    assertEquals(Verdict.WORSE, change(Figure.MEMORY, spread(1), spread(1.3)));
  }

  @Test
  void onlyWhatCanBeBetterIsRated() {
    assertTrue(Figure.isRated("deliveries_per_second"));
    assertTrue(Figure.isRated("server_cpu_us_per_publication"));
    assertTrue(Figure.isRated("handshake_ms_p999"));
    assertTrue(Figure.isRated("lost"));
    assertFalse(Figure.isRated("publications"));
    assertFalse(Figure.isRated("loadgen_cpu_us_per_delivery"));
  }

  @Test
  void percentsAreOfTheMedianBefore() {
    assertEquals(25, new Change("x", Figure.MEMORY, spread(4), spread(5)).percent(), 1e-9);
    assertTrue(Double.isNaN(new Change("x", Figure.MEMORY, spread(0), spread(5)).percent()));
  }

  private static Verdict change(Figure figure, Spread before, Spread after) {
    return new Change("x", figure, before, after).verdict();
  }

  private static Spread spread(double... values) {
    return Spread.of(Arrays.stream(values).boxed().toList());
  }
}
