package io.velonx.gateway.loadtest.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class PaceTest {
  @Test
  void timesDependOnTheNumberAlone() {
    Pace pace = new Pace(1_000, 4);

    assertEquals(1_000, pace.dueNanos(0));
    assertEquals(250_001_000, pace.dueNanos(1));
    assertEquals(1_000_001_000L, pace.dueNanos(4));
  }

  @Test
  void aPaceDoesNotDriftInADay() {
    Pace pace = new Pace(0, 30_000);

    assertEquals(86_400_000_000_000L, pace.dueNanos(30_000L * 86_400));
  }

  @Test
  void anEventAfterAStallIsAsLateAsTheStall() {
    Pace pace = new Pace(0, 1_000);
    long stalledUntil = 500_000_000;

    // Whoever was held up for half a second finds 500 events due, each with a delay of its own.
    assertEquals(stalledUntil - 1_000_000, stalledUntil - pace.dueNanos(1));
    assertEquals(1_000_000, stalledUntil - pace.dueNanos(499));
  }

  @Test
  void whatIsDueIsCounted() {
    Pace pace = new Pace(1_000, 1_000);

    assertEquals(0, pace.dueUntil(999));
    assertEquals(1, pace.dueUntil(1_000));
    assertEquals(1, pace.dueUntil(1_000_999));
    assertEquals(501, pace.dueUntil(500_001_000));
  }

  @Test
  void aRateIsMoreThanNothing() {
    assertThrows(IllegalArgumentException.class, () -> new Pace(0, 0));
    assertThrows(IllegalArgumentException.class, () -> new Pace(0, Double.NaN));
  }
}
