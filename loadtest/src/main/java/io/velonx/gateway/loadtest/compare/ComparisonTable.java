package io.velonx.gateway.loadtest.compare;

import io.velonx.gateway.loadtest.compare.Comparison.Column;
import io.velonx.gateway.loadtest.compare.Comparison.Problem;
import io.velonx.gateway.loadtest.compare.Comparison.Row;
import java.util.List;
import java.util.Locale;

/** A comparison as a table, for a terminal and for Markdown. */
final class ComparisonTable {
  private final Comparison comparison;

  ComparisonTable(Comparison comparison) {
    this.comparison = comparison;
  }

  /** A block for each scenario, a line for each candidate: median [least..most] ×ratio. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (Row row : comparison.rows()) {
      text.append(row.title()).append('\n');
      text.append(String.format(Locale.ROOT, "  %-15s", ""));
      for (String figure : row.figures()) {
        text.append(String.format(Locale.ROOT, " %-32s", Figure.named(figure).title()));
      }
      text.append('\n');
      for (Column column : comparison.columns()) {
        StringBuilder line = new StringBuilder();
        line.append(String.format(Locale.ROOT, "  %-15s", column.name()));
        for (String figure : row.figures()) {
          line.append(String.format(Locale.ROOT, " %-32s", cell(row, column, figure)));
        }
        text.append(line.toString().stripTrailing()).append('\n');
      }
      text.append('\n');
    }
    for (Problem problem : comparison.problems()) {
      text.append(problem(problem)).append('\n');
    }
    return text.toString();
  }

  /** One table: a line for each figure of a scenario, a column for each candidate. */
  String markdown() {
    StringBuilder text = new StringBuilder("| scenario | figure |");
    comparison.columns().forEach(column -> text.append(' ').append(column.name()).append(" |"));
    text.append("\n|---|---|").append("---|".repeat(comparison.columns().size())).append('\n');
    for (Row row : comparison.rows()) {
      for (String figure : row.figures()) {
        text.append("| ").append(row.title()).append(" | ");
        text.append(Figure.named(figure).title()).append(" |");
        for (Column column : comparison.columns()) {
          text.append(' ').append(cell(row, column, figure)).append(" |");
        }
        text.append('\n');
      }
    }
    List<Problem> problems = comparison.problems();
    if (!problems.isEmpty()) {
      text.append('\n');
      problems.forEach(problem -> text.append("- ").append(problem(problem)).append('\n'));
    }
    return text.toString();
  }

  private String cell(Row row, Column column, String figure) {
    return row.spread(column.name(), figure)
        .map(
            spread ->
                spread(spread)
                    + comparison
                        .ratio(row, column, figure)
                        .map(ratio -> " ×" + Figure.format(ratio))
                        .orElse(""))
        .orElse("–");
  }

  private static String spread(Spread spread) {
    String median = Figure.format(spread.median());
    if (spread.count() == 1) {
      return median;
    }
    return median
        + " ["
        + Figure.format(spread.least())
        + ".."
        + Figure.format(spread.most())
        + "]";
  }

  private static String problem(Problem problem) {
    String place = problem.row().isEmpty() ? "" : " in " + problem.row();
    return problem.column() + place + ": " + problem.reason();
  }
}
