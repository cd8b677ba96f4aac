package io.velonx.gateway.loadtest.measure;

import java.util.EnumMap;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What was counted and timed, by a loop, a process or all of them. Threading: any thread; never
 * changed after it was made.
 *
 * @param failure the first thing that went wrong, in words
 */
public record Tally(
    Map<Count, Long> counts, Map<Timing, Histogram> timings, @Nullable String failure) {
  public static final Tally NOTHING = new Tally(Map.of(), Map.of(), null);

  public long of(Count count) {
    return counts.getOrDefault(count, 0L);
  }

  /** Never null; empty when nothing was timed. */
  public Histogram of(Timing timing) {
    Histogram histogram = timings.get(timing);
    return histogram == null ? Timings.histogram() : histogram;
  }

  /** Both together. */
  public Tally plus(Tally other) {
    Map<Count, Long> sums = new EnumMap<>(Count.class);
    sums.putAll(counts);
    other.counts.forEach((count, number) -> sums.merge(count, number, Long::sum));
    Map<Timing, Histogram> merged = new EnumMap<>(Timing.class);
    merged.putAll(timings);
    other.timings.forEach(
        (timing, histogram) ->
            merged.merge(
                timing,
                histogram,
                (mine, theirs) -> {
                  Histogram sum = mine.copy();
                  sum.add(theirs);
                  return sum;
                }));
    return new Tally(sums, merged, failure == null ? other.failure : failure);
  }

  /** What was counted since then; timings as they are here. */
  public Tally since(Tally earlier) {
    Map<Count, Long> differences = new EnumMap<>(Count.class);
    counts.forEach((count, number) -> differences.put(count, number - earlier.of(count)));
    return new Tally(differences, timings, failure);
  }

  /** Different publications received. */
  public long distinct() {
    return of(Count.DELIVERIES) - of(Count.DUPLICATED);
  }
}
