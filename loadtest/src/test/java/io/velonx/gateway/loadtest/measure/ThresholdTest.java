package io.velonx.gateway.loadtest.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ThresholdTest {
  private final Map<String, Double> figures = Map.of("lost", 0.0, "latency_ms_p99", 4.5);

  @Test
  void everyOperatorComparesAsItReads() {
    assertPassed(true, "lost<=0");
    assertPassed(true, "lost == 0");
    assertPassed(false, "lost>0");
    assertPassed(true, "latency_ms_p99<=4.5");
    assertPassed(false, "latency_ms_p99<4.5");
    assertPassed(true, "latency_ms_p99>=4.5");
    assertPassed(true, "latency_ms_p99>1e-3");
  }

  private void assertPassed(boolean expected, String text) {
    assertEquals(expected, Threshold.parse(text).check(figures).passed(), text);
  }

  @Test
  void aFigureNobodyMeasuredFails() {
    Threshold.Check check = Threshold.parse("losst<=0").check(figures);

    assertFalse(check.passed());
    assertNull(check.value());
  }

  @Test
  void aThresholdIsWrittenAsItIsRead() {
    assertEquals("lost<=0", Threshold.parse("lost <= 0.0").toString());
    assertEquals("rate>=100000", Threshold.parse("rate>=1e5").toString());
  }

  @Test
  void whatIsNoThresholdIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Threshold.parse("lost"));
    assertThrows(IllegalArgumentException.class, () -> Threshold.parse("lost<=many"));
  }
}
