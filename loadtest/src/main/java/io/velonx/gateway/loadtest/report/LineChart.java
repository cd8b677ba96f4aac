package io.velonx.gateway.loadtest.report;

import io.velonx.gateway.loadtest.compare.Figure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Lines over an axis, each with a name. Threading: one thread.
 *
 * <p>A chart of latencies has percentiles below, spread so that 90, 99 and 99.9 % stand equally far
 * apart, and a logarithmic scale.
 */
final class LineChart {
  private static final double WIDTH = 640;
  private static final double HEIGHT = 260;
  private static final double LEFT = 56;
  private static final double RIGHT = WIDTH - 28;
  private static final double TOP = 12;
  private static final double BOTTOM = HEIGHT - 40;

  /** What is drawn as nines behind the point: 99.999 % and no further. */
  private static final double MOST_NINES = 5;

  /** Lines more than this look alike. */
  static final int COLORS = 8;

  record Point(double x, double y) {}

  record Line(String name, List<Point> points) {
    Line {
      points = List.copyOf(points);
    }
  }

  private final String title;
  private final String unitBelow;
  private final boolean ofPercentiles;
  private final List<Line> lines = new ArrayList<>();

  private LineChart(String title, String unitBelow, boolean ofPercentiles) {
    this.title = title;
    this.unitBelow = unitBelow;
    this.ofPercentiles = ofPercentiles;
  }

  static LineChart overTime(String title) {
    return new LineChart(title, "seconds", false);
  }

  static LineChart overPercentiles(String title) {
    return new LineChart(title, "percentile", true);
  }

  /** A line without points is left out. */
  LineChart add(Line line) {
    if (!line.points().isEmpty()) {
      lines.add(line);
    }
    return this;
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }

  void writeTo(Markup page) {
    Axis across =
        ofPercentiles
            ? new Axis(0, MOST_NINES, LEFT, RIGHT, false)
            : Axis.linear(most(true), LEFT, RIGHT);
    Axis up =
        ofPercentiles
            ? Axis.logarithmic(Math.max(leastAboveZero(), 1e-3), most(false), BOTTOM, TOP)
            : Axis.linear(most(false), BOTTOM, TOP);
    page.open("figure").element("figcaption", title);
    page.open("svg", "viewBox", "0 0 640 260", "role", "img", "class", "chart");
    page.element("title", title);
    grid(page, across, up);
    for (int i = 0; i < lines.size(); i++) {
      curve(page, lines.get(i), i % COLORS, across, up);
    }
    page.close();
    legend(page);
    page.close();
  }

  private void grid(Markup page, Axis across, Axis up) {
    for (double tick : up.ticks()) {
      double y = up.place(tick);
      page.element("line", "", "class", "grid", "x1", LEFT, "x2", RIGHT, "y1", y, "y2", y);
      page.element("text", Figure.format(tick), "class", "end", "x", LEFT - 6, "y", y + 4);
    }
    for (double tick : across.ticks()) {
      String label = ofPercentiles ? percentile(tick) : Figure.format(tick);
      double x = across.place(tick);
      page.element("text", label, "class", "middle", "x", x, "y", BOTTOM + 18);
    }
    page.element("text", unitBelow, "class", "end", "x", RIGHT, "y", HEIGHT - 6);
  }

  private void curve(Markup page, Line line, int color, Axis across, Axis up) {
    StringBuilder path = new StringBuilder();
    for (Point point : line.points()) {
      double x = ofPercentiles ? nines(point.x()) : point.x();
      path.append(String.format(Locale.ROOT, "%.1f,%.1f ", across.place(x), up.place(point.y())));
    }
    page.open("polyline", "class", "line c" + color, "points", path.toString().strip());
    page.element("title", line.name()).close();
  }

  private void legend(Markup page) {
    if (lines.size() < 2) {
      return;
    }
    page.open("ul", "class", "legend");
    for (int i = 0; i < lines.size(); i++) {
      page.open("li").element("span", "", "class", "swatch c" + i % COLORS);
      page.text(lines.get(i).name()).close();
    }
    page.close();
  }

  private double most(boolean below) {
    return lines.stream()
        .flatMap(line -> line.points().stream())
        .mapToDouble(point -> below ? point.x() : point.y())
        .max()
        .orElse(1);
  }

  private double leastAboveZero() {
    return lines.stream()
        .flatMap(line -> line.points().stream())
        .mapToDouble(Point::y)
        .filter(value -> value > 0)
        .min()
        .orElse(1);
  }

  /** How many nines a percentile has: 1 for 90, 2 for 99. */
  private static double nines(double percentile) {
    return percentile >= 100 ? MOST_NINES : Math.min(MOST_NINES, -Math.log10(1 - percentile / 100));
  }

  private static String percentile(double nines) {
    double percentile = 100 - 100 * Math.pow(10, -nines);
    String text = String.format(Locale.ROOT, "%.3f", percentile);
    return text.replaceFirst("\\.?0+$", "").replaceFirst("^$", "0");
  }
}
