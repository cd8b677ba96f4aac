package io.velonx.gateway.loadtest.compare;

import java.util.Collection;

/** What several measurements of one figure amount to. Threading: any thread; immutable. */
public record Spread(double median, double least, double most, int count) {
  /** Fails: {@link IllegalArgumentException} without a value. */
  public static Spread of(Collection<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("values: none (expected: at least one)");
    }
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
  }

  /** How often the other median goes into this one; NaN when the other is zero. */
  public double ratioTo(Spread other) {
    return other.median == 0 ? Double.NaN : median / other.median;
  }

  public boolean overlaps(Spread other) {
    return least <= other.most && other.least <= most;
  }

  /** Made wider on both sides by a share of the median. */
  public Spread widened(double share) {
    double margin = Math.abs(median) * share;
    return new Spread(median, least - margin, most + margin, count);
  }
}
