package io.velonx.gateway.loadtest.measure;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** The counters of one event loop. Threading: that event loop. */
@SuppressWarnings("EnumOrdinal") // a map would make an object of every number received
public final class Counters {
  private final long[] counts = new long[Count.values().length];
  private final Map<Timing, Histogram> timings = new EnumMap<>(Timing.class);
  private @Nullable String failure;

  public Counters() {
    for (Timing timing : Timing.values()) {
      timings.put(timing, Timings.histogram());
    }
  }

  public void add(Count count) {
    counts[count.ordinal()]++;
  }

  public void add(Count count, long number) {
    counts[count.ordinal()] += number;
  }

  public void time(Timing timing, long nanos) {
    histogram(timing).recordValue(Timings.clamp(nanos));
  }

  /** Keeps the first. */
  public void fail(String reason) {
    add(Count.FAILED);
    note(reason);
  }

  /** Keeps the first. */
  public void note(String reason) {
    if (failure == null) {
      failure = reason;
    }
  }

  /** What was counted so far, and timed since the last call. */
  public Tally take() {
    Map<Count, Long> taken = new EnumMap<>(Count.class);
    for (Count count : Count.values()) {
      taken.put(count, counts[count.ordinal()]);
    }
    Map<Timing, Histogram> timed = new EnumMap<>(Timing.class);
    for (Timing timing : Timing.values()) {
      Histogram histogram = histogram(timing);
      if (histogram.getTotalCount() > 0) {
        timed.put(timing, histogram.copy());
        histogram.reset();
      }
    }
    return new Tally(taken, timed, failure);
  }

  private Histogram histogram(Timing timing) {
    return Objects.requireNonNull(timings.get(timing));
  }
}
