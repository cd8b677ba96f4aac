package io.velonx.gateway.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private final Rate rate = new Rate(10, 3);
  private final CommandBudget budget = new CommandBudget();

  /** The clock of the JVM may begin anywhere, also below zero. */
  @ParameterizedTest
  @ValueSource(longs = {1, Long.MIN_VALUE, -5, Long.MAX_VALUE - 10})
  void burstIsFreeAndThenTokensComeBackOneByOne(long start) {
    for (int i = 0; i < 3; i++) {
      assertEquals(0, budget.take(rate, start));
    }
    assertEquals(100 * MILLI, budget.take(rate, start));
    assertEquals(40 * MILLI, budget.take(rate, start + 60 * MILLI));
    assertEquals(0, budget.take(rate, start + 100 * MILLI));
    assertEquals(100 * MILLI, budget.take(rate, start + 100 * MILLI));
    for (int i = 0; i < 3; i++) {
      assertEquals(0, budget.take(rate, start + 1000 * MILLI));
    }
    assertTrue(budget.take(rate, start + 1000 * MILLI) > 0);
  }

  @Test
  void unlimitedNeverWaits() {
    for (int i = 0; i < 1000; i++) {
      assertEquals(0, budget.take(Rate.UNLIMITED, 1));
    }
  }

  @Test
  void abuseIsAFurtherBurstWithoutAPause() {
    for (int i = 0; i < 6; i++) {
      budget.take(rate, 1);
    }
    assertFalse(budget.isAbused(rate));
    budget.take(rate, 1);
    assertTrue(budget.isAbused(rate));
  }

  @Test
  void pauseForgivesWhatWasRefused() {
    for (int i = 0; i < 6; i++) {
      budget.take(rate, 1);
    }
    budget.take(rate, 1 + 301 * MILLI);
    for (int i = 0; i < 5; i++) {
      budget.take(rate, 1 + 301 * MILLI);
    }
    assertFalse(budget.isAbused(rate));
  }

  @Test
  void ratesThatMakeNoSenseAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Rate(-1, 1));
    assertThrows(IllegalArgumentException.class, () -> new Rate(1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Rate(0, 1));
    assertEquals("10 a second, 3 at once", rate.toString());
  }
}
