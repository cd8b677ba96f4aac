package io.velonx.gateway.loadtest.report;

import io.velonx.gateway.loadtest.compare.Figure;
import io.velonx.gateway.loadtest.compare.Spread;

/** One figure, before and after. Threading: any thread; immutable. */
record Change(String subject, Figure figure, Spread before, Spread after) {
  /** What one measurement is taken to vary by, either way, where nothing tells its range. */
  static final double NOISE = 0.1;

  enum Verdict {
    SAME("within the spread"),
    BETTER("better"),
    WORSE("worse");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** In percent; NaN when there was nothing before. */
  double percent() {
    return 100 * (after.ratioTo(before) - 1);
  }

  /** A change counts when not even the best of one side reaches the worst of the other. */
  Verdict verdict() {
    if (range(before).overlaps(range(after))) {
      return Verdict.SAME;
    }
    return after.median() > before.median() == figure.moreIsBetter()
        ? Verdict.BETTER
        : Verdict.WORSE;
  }

  private static Spread range(Spread spread) {
    return spread.count() > 1 ? spread : spread.widened(NOISE);
  }
}
