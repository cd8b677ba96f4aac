package io.velonx.gateway.loadtest.report;

import io.velonx.gateway.loadtest.compare.Figure;
import io.velonx.gateway.loadtest.compare.Spread;
import java.util.ArrayList;
import java.util.List;

/** Bars that lie, the name before and the value behind each; a thin line is the range. */
final class BarChart {
  private static final double WIDTH = 640;
  private static final double LEFT = 130;
  private static final double RIGHT = WIDTH - 170;
  private static final double LINE = 22;

  /**
   * A bar.
   *
   * @param remark stands behind the value
   */
  record Bar(String name, Spread spread, String remark, boolean stressed) {}

  private final String title;
  private final List<Bar> bars = new ArrayList<>();

  BarChart(String title) {
    this.title = title;
  }

  BarChart add(Bar bar) {
    bars.add(bar);
    return this;
  }

  boolean isEmpty() {
    return bars.isEmpty();
  }

  void writeTo(Markup page) {
    double height = bars.size() * LINE + 8;
    double most = bars.stream().mapToDouble(bar -> bar.spread().most()).max().orElse(1);
    Axis axis = new Axis(0, most > 0 ? most : 1, LEFT, RIGHT, false);
    page.open("figure").element("figcaption", title);
    page.open("svg", "viewBox", "0 0 640 " + (int) height, "role", "img", "class", "chart");
    page.element("title", title);
    for (int i = 0; i < bars.size(); i++) {
      bar(page, bars.get(i), 4 + i * LINE, axis);
    }
    page.close().close();
  }

  private static void bar(Markup page, Bar bar, double y, Axis axis) {
    Spread spread = bar.spread();
    double end = axis.place(spread.median());
    double middle = y + LINE / 2 - 2;
    page.open("g");
    page.element(
        "title",
        bar.name()
            + ": "
            + Figure.format(spread.median())
            + " ["
            + Figure.format(spread.least())
            + ".."
            + Figure.format(spread.most())
            + "]");
    page.element("text", bar.name(), "class", "end", "x", LEFT - 8, "y", middle + 4);
    page.element(
        "rect",
        "",
        "class",
        bar.stressed() ? "bar ours" : "bar",
        "x",
        LEFT,
        "y",
        y,
        "width",
        end - LEFT,
        "height",
        LINE - 5);
    if (spread.count() > 1) {
      page.element(
          "line",
          "",
          "class",
          "range",
          "x1",
          axis.place(spread.least()),
          "x2",
          axis.place(spread.most()),
          "y1",
          middle,
          "y2",
          middle);
    }
    String value = Figure.format(spread.median()) + (bar.remark().isEmpty() ? "" : "  ");
    double valueAt = axis.place(spread.most()) + 8;
    page.element("text", value + bar.remark(), "x", valueAt, "y", middle + 4);
    page.close();
  }
}
