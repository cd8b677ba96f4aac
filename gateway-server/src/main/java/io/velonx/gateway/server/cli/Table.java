package io.velonx.gateway.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Rows under a header, in aligned columns. */
final class Table {
  private static final String GAP = "  ";

  /** Colours take no room. */
  private static final Pattern STYLE = Pattern.compile("\u001b\\[\\d+m");

  private final List<List<String>> rows = new ArrayList<>();

  Table(String... header) {
    row(header);
  }

  Table row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  @Override
  public String toString() {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], width(row.get(i)));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        String cell = row.get(i);
        line.append(cell).append(" ".repeat(widths[i] - width(cell))).append(GAP);
      }
      text.append(line.toString().stripTrailing()).append(System.lineSeparator());
    }
    return text.toString();
  }

  private static int width(String cell) {
    String shown = STYLE.matcher(cell).replaceAll("");
    return shown.codePointCount(0, shown.length());
  }
}
