package io.velonx.gateway.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.testing.ManualScheduler;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadMonitorTest {
  private static final LimitConfig CONFIG = LimitConfig.DEFAULT;

  private final ManualScheduler control = new ManualScheduler();
  private final ManualScheduler loop = new ManualScheduler();
  private final GatewayMetrics metrics = new GatewayMetrics(new MetricRegistry());
  private final NodeLimits node = new NodeLimits(CONFIG);
  private double heap;

  LoadMonitorTest() {
    new LoadMonitor(
            CONFIG,
            List.of(control.executor(), loop.executor()),
            node,
            control.executor(),
            metrics,
            () -> heap,
            control::nanoTime)
        .start();
  }

  @Test
  void fullHeapKeepsNewcomersOutUntilThereHasBeenRoomForAWhile() {
    pass(Duration.ofSeconds(1));
    assertNull(node.overload());
    heap = 0.91;
    pass(Duration.ofMillis(600));
    assertEquals("heap in use after a collection: at most 90 %", node.overload());
    Refusal refusal = node.refusal(1);
    assertNotNull(refusal);
    assertEquals(Refusal.Reason.OVERLOAD, refusal.reason());
    assertEquals(503, refusal.reason().status());
    // Below the limit, and yet no room.
    heap = 0.89;
    pass(Duration.ofSeconds(10));
    assertNotNull(node.overload());
    heap = 0.5;
    pass(Duration.ofSeconds(1));
    assertNotNull(node.overload());
    pass(Duration.ofSeconds(2));
    assertNull(node.overload());
    assertNull(node.refusal(1));
  }

  @Test
  void loopThatStandsStillIsNoticedWhileItDoes() {
    pass(Duration.ofSeconds(1));
    control.advance(Duration.ofMillis(900));
    assertNull(node.overload());
    control.advance(Duration.ofMillis(900));
    assertEquals("lag of event loops: at most 1000 ms", node.overload());
    loop.advance(Duration.ofMillis(1800));
    assertTrue(metrics.eventLoopLag.getSnapshot().getMax() > 1_500_000_000L);
    pass(Duration.ofSeconds(3));
    assertNull(node.overload());
  }

  @Test
  void onePauseOfEverythingIsNoOverload() {
    pass(Duration.ofSeconds(1));
    for (int i = 0; i < 10; i++) {
      control.pause(Duration.ofSeconds(2));
      pass(Duration.ofSeconds(1));
      assertNull(node.overload());
    }
  }

  private void pass(Duration time) {
    for (long left = time.toMillis(); left > 0; left -= 10) {
      control.advance(Duration.ofMillis(10));
      loop.advance(Duration.ofMillis(10));
    }
  }
}
