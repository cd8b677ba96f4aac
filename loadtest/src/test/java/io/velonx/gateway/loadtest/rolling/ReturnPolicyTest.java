package io.velonx.gateway.loadtest.rolling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReturnPolicyTest {
  private static final long SEED = 7;
  private static final long NO_ADVICE = -1;

  private final SplittableRandom random = new SplittableRandom(SEED);

  @ParameterizedTest
  @ValueSource(ints = {1003, 1007, 1008, 1009, 4001, 4003, 4005, 4029})
  void whoIsToldToStayAwayDoes(int code) {
    assertEquals(ReturnPolicy.NEVER, ReturnPolicy.delayMillis(code, 100, 0, random));
  }

  @Test
  void theDelayOfTheReconnectIsKeptOnce() {
    assertEquals(321, ReturnPolicy.delayMillis(4200, 321, 0, random));
    assertTrue(delays(4200, 321, 1).distinct().count() > 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {ReturnPolicy.NO_CODE, 1001, 1002, 1011, 1012, 4100, 4101, 4103, 4200})
  void delaysAreSpreadOverALongerTimeWithEveryAttempt(int code) {
    assertSpread(500, delays(code, NO_ADVICE, 0));
    assertSpread(2_000, delays(code, NO_ADVICE, 2));
    assertSpread(5_000, delays(code, NO_ADVICE, 4));
    assertSpread(5_000, delays(code, NO_ADVICE, 1_000));
  }

  private static void assertSpread(long most, LongStream delays) {
    var statistics = delays.summaryStatistics();
    assertTrue(statistics.getMin() < most / 10, () -> statistics.toString());
    assertTrue(statistics.getMax() > most * 9 / 10, () -> statistics.toString());
    assertTrue(statistics.getMax() <= most, () -> statistics.toString());
  }

  private LongStream delays(int code, long advice, int attempts) {
    return LongStream.generate(() -> ReturnPolicy.delayMillis(code, advice, attempts, random))
        .limit(1_000);
  }
}
