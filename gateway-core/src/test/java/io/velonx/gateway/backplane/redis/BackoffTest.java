package io.velonx.gateway.backplane.redis;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class BackoffTest {
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(3), new Random(1));

  @Test
  void pausesDoubleUpToTheCapAndAreSpread() {
    for (int round = 0; round < 100; round++) {
      assertBetween(50, 100, backoff.after(1));
      assertBetween(100, 200, backoff.after(2));
      assertBetween(400, 800, backoff.after(4));
      assertBetween(1_500, 3_000, backoff.after(6));
      assertBetween(1_500, 3_000, backoff.after(1_000_000));
    }
  }

  private static void assertBetween(long least, long most, Duration pause) {
    assertTrue(pause.toMillis() >= least && pause.toMillis() <= most, pause.toString());
  }
}
