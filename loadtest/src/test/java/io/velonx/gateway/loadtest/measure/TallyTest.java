package io.velonx.gateway.loadtest.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class TallyTest {
  @Test
  void talliesOfTwoLoopsAddUp() {
    Counters one = new Counters();
    Counters two = new Counters();
    for (int i = 0; i < 99; i++) {
      one.add(Count.DELIVERIES);
      one.time(Timing.DELIVERY, 1_000_000);
    }
    two.add(Count.DELIVERIES);
    two.add(Count.DUPLICATED);
    two.time(Timing.DELIVERY, 50_000_000);
    two.fail("broken");

    Tally both = one.take().plus(two.take());

    assertEquals(100, both.of(Count.DELIVERIES));
    assertEquals(99, both.distinct());
    assertEquals("broken", both.failure());
    Histogram times = both.of(Timing.DELIVERY);
    assertEquals(100, times.getTotalCount());
    assertEquals(1.0, times.getValueAtPercentile(99) / 1e6, 0.01);
    assertEquals(50.0, times.getMaxValue() / 1e6, 0.1);
  }

  @Test
  void countsGoOnAndTimingsBeginAnew() {
    Counters counters = new Counters();
    counters.add(Count.ECHOES);
    counters.time(Timing.ECHO, 1_000);
    Tally first = counters.take();
    counters.add(Count.ECHOES);

    Tally second = counters.take();

    assertEquals(2, second.of(Count.ECHOES));
    assertEquals(0, second.of(Timing.ECHO).getTotalCount());
    assertEquals(1, second.since(first).of(Count.ECHOES));
  }

  @Test
  void histogramsSurviveTheWayBetweenProcesses() {
    Histogram times = Timings.histogram();
    times.recordValueWithCount(123_000, 7);
    times.recordValue(9_000_000_000L);

    Histogram read = Timings.decode(Timings.encode(times));

    assertEquals(times, read);
    read.add(times);
    assertEquals(16, read.getTotalCount());
  }

  @Test
  void timesOutOfRangeAreKept() {
    Counters counters = new Counters();
    counters.time(Timing.DELIVERY, -5);
    counters.time(Timing.DELIVERY, Long.MAX_VALUE);

    assertEquals(2, counters.take().of(Timing.DELIVERY).getTotalCount());
  }

  @Test
  void anUntouchedTallyHoldsNothing() {
    assertEquals(0, Tally.NOTHING.of(Count.READS));
    assertTrue(Tally.NOTHING.plus(Tally.NOTHING).timings().isEmpty());
  }
}
