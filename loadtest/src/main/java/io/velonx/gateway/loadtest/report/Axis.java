package io.velonx.gateway.loadtest.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Where values stand on a chart. Threading: any thread; immutable.
 *
 * @param from the coordinate of {@code least}; may be greater than {@code to}
 */
record Axis(double least, double most, double from, double to, boolean logarithmic) {
  /** From zero to a round number not below {@code most}. */
  static Axis linear(double most, double from, double to) {
    double step = step(most);
    double top = most <= 0 ? 1 : Math.ceil(most / step - 1e-9) * step;
    return new Axis(0, top, from, to, false);
  }

  /** Whole powers of ten around the values, which are above zero. */
  static Axis logarithmic(double least, double most, double from, double to) {
    double bottom = Math.pow(10, Math.floor(Math.log10(least)));
    double top = Math.pow(10, Math.ceil(Math.log10(most)));
    return new Axis(bottom, top > bottom ? top : bottom * 10, from, to, true);
  }

  double place(double value) {
    double share =
        logarithmic
            ? Math.log(Math.max(value, least) / least) / Math.log(most / least)
            : (value - least) / (most - least);
    return from + share * (to - from);
  }

  /** Round values to label. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    if (logarithmic) {
      for (double tick = least; tick <= most * 1.0001; tick *= 10) {
        ticks.add(tick);
      }
    } else {
      double step = step(most);
      for (int i = 0; least + i * step <= most * 1.0001; i++) {
        ticks.add(least + i * step);
      }
    }
    return ticks;
  }

  /** The round distance that makes about five ticks. */
  private static double step(double most) {
    if (most <= 0) {
      return 0.2;
    }
    double rough = most / 5;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    for (int factor : new int[] {1, 2, 5}) {
      if (rough <= factor * power * 1.0001) {
        return factor * power;
      }
    }
    return 10 * power;
  }
}
