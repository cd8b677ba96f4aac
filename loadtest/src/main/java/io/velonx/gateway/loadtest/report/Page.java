package io.velonx.gateway.loadtest.report;

import io.velonx.gateway.loadtest.compare.Comparison;
import io.velonx.gateway.loadtest.compare.Figure;
import io.velonx.gateway.loadtest.compare.Spread;
import io.velonx.gateway.loadtest.report.LineChart.Line;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The report itself. Threading: one thread. */
final class Page {
  private final Markup page = new Markup();

  /** The whole file; it is well-formed XML behind its first line. */
  static String of(Results results, List<Change> changes, List<Stacks> profiles) {
    Page page = new Page();
    page.write(results, changes, profiles);
    return "<!DOCTYPE html>\n" + page.page.finish();
  }

  private void write(Results results, List<Change> changes, List<Stacks> profiles) {
    page.open("html", "lang", "en");
    page.open("head").empty("meta", "charset", "utf-8");
    page.empty("meta", "name", "viewport", "content", "width=device-width");
    page.element("title", "Load test report").element("style", Style.SHEET).close();
    page.open("body").element("h1", "Load test report");
    if (!changes.isEmpty()) {
      changes(changes);
    }
    results.comparisons().forEach(this::comparison);
    percentilesTogether(results.loads());
    results.loads().forEach(this::load);
    for (Stacks profile : profiles) {
      page.element("h2", "Profile");
      new FlameGraph(profile).writeTo(page);
    }
    page.close().close();
  }

  private void changes(List<Change> changes) {
    page.element("h2", "Changes");
    page.element(
        "p",
        String.format(
            Locale.ROOT,
            "A change is named when the ranges of both sides do not meet; a single measurement"
                + " counts as a range of ±%.0f %%.",
            100 * Change.NOISE));
    page.open("table");
    head("what", "figure", "before", "after", "change", "verdict");
    for (Change change : changes) {
      Change.Verdict verdict = change.verdict();
      page.open("tr", "class", verdict.name().toLowerCase(Locale.ROOT));
      page.element("td", change.subject()).element("td", change.figure().title());
      number(range(change.before()));
      number(range(change.after()));
      double percent = change.percent();
      number(Double.isNaN(percent) ? "–" : String.format(Locale.ROOT, "%+.1f %%", percent));
      page.element("td", verdict.words()).close();
    }
    page.close();
  }

  private void comparison(Comparison comparison) {
    page.element("h2", "Comparison");
    page.element(
        "p",
        comparison.started()
            + ", medians of "
            + comparison.repetitions()
            + ", × is against "
            + comparison.baseline());
    definitions(comparison.machine());
    for (Comparison.Row row : comparison.rows()) {
      page.element("h3", row.title());
      for (String figure : row.figures()) {
        bars(comparison, row, figure);
      }
    }
    page.open("table");
    head("candidate", "publications come by", "handshake");
    for (Comparison.Column column : comparison.columns()) {
      page.open("tr").element("td", column.name()).element("td", column.publishing());
      page.element("td", column.handshake()).close();
    }
    page.close();
    if (!comparison.problems().isEmpty()) {
      page.open("table");
      head("missing", "scenario", "why");
      for (Comparison.Problem problem : comparison.problems()) {
        page.open("tr").element("td", problem.column()).element("td", problem.row());
        page.element("td", problem.reason()).close();
      }
      page.close();
    }
  }

  private void bars(Comparison comparison, Comparison.Row row, String figure) {
    BarChart chart = new BarChart(Figure.named(figure).title());
    for (Comparison.Column column : comparison.columns()) {
      row.spread(column.name(), figure)
          .ifPresent(
              spread ->
                  chart.add(
                      new BarChart.Bar(
                          column.name(),
                          spread,
                          comparison
                              .ratio(row, column, figure)
                              .map(ratio -> "×" + Figure.format(ratio))
                              .orElse(""),
                          column.name().startsWith("gateway"))));
    }
    if (!chart.isEmpty()) {
      chart.writeTo(page);
    }
  }

  /** The latencies of all loads in one picture, where there are several. */
  private void percentilesTogether(List<LoadResult> loads) {
    if (loads.size() > 1) {
      LineChart chart = LineChart.overPercentiles("Latency in ms, all loads");
      loads.forEach(load -> chart.add(new Line(load.name(), load.percentiles())));
      if (!chart.isEmpty()) {
        chart.writeTo(page);
      }
    }
  }

  private void load(LoadResult load) {
    page.element("h2", load.name());
    page.element("p", load.started());
    load.passed()
        .ifPresent(
            passed ->
                page.element(
                    "p", passed ? "passed" : "failed", "class", passed ? "better" : "worse"));
    if (!load.checks().isEmpty()) {
      page.open("table");
      head("check", "limit", "value", "");
      for (LoadResult.Check check : load.checks()) {
        page.open("tr", "class", check.passed() ? "better" : "worse");
        page.element("td", check.figure());
        number(check.condition());
        number(check.value());
        page.element("td", check.passed() ? "passed" : "failed").close();
      }
      page.close();
    }
    page.open("table");
    head("figure", "value");
    load.figures()
        .forEach(
            (name, value) -> {
              page.open("tr").element("td", Figure.named(name).title());
              number(Figure.format(value));
              page.close();
            });
    page.close();
    if (!load.percentiles().isEmpty()) {
      LineChart chart = LineChart.overPercentiles("Latency in ms");
      chart.add(new Line("latency", load.percentiles())).writeTo(page);
    }
    for (Line line : load.series()) {
      LineChart chart = LineChart.overTime(Figure.named(line.name()).title()).add(line);
      if (!chart.isEmpty()) {
        chart.writeTo(page);
      }
    }
    classes(load.classes());
    if (!load.parameters().isEmpty()) {
      page.open("details").element("summary", "Parameters");
      definitions(load.parameters());
      page.close();
    }
  }

  private void classes(List<LoadResult.HeapClass> classes) {
    if (classes.isEmpty()) {
      return;
    }
    page.open("details").element("summary", "Heap of the server by class, for each connection");
    page.open("table");
    head("class", "instances", "bytes");
    for (LoadResult.HeapClass heapClass : classes) {
      page.open("tr").element("td", heapClass.name());
      number(Figure.format(heapClass.instances()));
      number(Figure.format(heapClass.bytes()));
      page.close();
    }
    page.close().close();
  }

  private void head(String... titles) {
    page.open("tr");
    for (String title : titles) {
      page.element("th", title);
    }
    page.close();
  }

  private void number(String text) {
    page.element("td", text, "class", "number");
  }

  private void definitions(Map<String, String> entries) {
    page.open("dl");
    entries.forEach((name, value) -> page.element("dt", name).element("dd", value));
    page.close();
  }

  private static String range(Spread spread) {
    String median = Figure.format(spread.median());
    return spread.count() == 1
        ? median
        : median + " [" + Figure.format(spread.least()) + ".." + Figure.format(spread.most()) + "]";
  }
}
