package io.velonx.gateway.loadtest.report;

import java.util.Locale;
import java.util.Map;

/**
 * Where time goes: every frame lies on the one that called it, as wide as its share of all samples.
 */
final class FlameGraph {
  private static final double WIDTH = 1200;
  private static final double LINE = 17;
  private static final double LETTER = 6.6;

  /** Narrower frames cannot be seen, and would be most of the file. */
  private static final double LEAST_WIDTH = 0.6;

  private static final int MOST_LEAVES = 25;

  private final Stacks stacks;
  private final double height;

  FlameGraph(Stacks stacks) {
    this.stacks = stacks;
    height = depth(stacks.root()) * LINE;
  }

  void writeTo(Markup page) {
    Stacks.Frame root = stacks.root();
    String title = "Flame graph of " + root.samples() + " samples";
    page.open("figure").element("figcaption", title);
    page.open("svg", "viewBox", "0 0 1200 " + (int) height, "role", "img", "class", "flame");
    page.element("title", title);
    if (root.samples() > 0) {
      frame(page, root, 0, 0);
    }
    page.close().close();
    leaves(page, root.samples());
  }

  private void frame(Markup page, Stacks.Frame frame, double x, int level) {
    double width = width(frame);
    if (width < LEAST_WIDTH) {
      return;
    }
    double y = height - (level + 1) * LINE;
    page.open("g");
    page.element("title", frame.name() + ", " + share(frame.samples()));
    page.element(
        "rect",
        "",
        "class",
        kind(frame.name()),
        "x",
        x,
        "y",
        y,
        "width",
        Math.max(width - 0.5, 0.3),
        "height",
        LINE - 1);
    String label = clipped(shortened(frame.name()), (int) ((width - 6) / LETTER));
    if (!label.isEmpty()) {
      page.element("text", label, "x", x + 3, "y", y + 12);
    }
    page.close();
    double inside = x;
    for (Stacks.Frame inner : frame.inner()) {
      frame(page, inner, inside, level + 1);
      inside += width(inner);
    }
  }

  /** Of what can be seen. */
  private int depth(Stacks.Frame frame) {
    int inside = frame.inner().stream().mapToInt(this::depth).max().orElse(0);
    return width(frame) < LEAST_WIDTH ? 0 : 1 + inside;
  }

  private double width(Stacks.Frame frame) {
    return WIDTH * frame.samples() / Math.max(1, stacks.root().samples());
  }

  private void leaves(Markup page, long samples) {
    Map<String, Long> leaves = stacks.innermost(MOST_LEAVES);
    page.open("details").element("summary", "Innermost frames");
    page.open("table");
    page.open("tr").element("th", "frame").element("th", "share").close();
    if (samples > 0) {
      leaves.forEach(
          (name, own) -> page.open("tr").element("td", name).element("td", share(own)).close());
    }
    page.close().close();
  }

  private String share(long samples) {
    return String.format(Locale.ROOT, "%.2f %%", 100.0 * samples / stacks.root().samples());
  }

  /** What a frame belongs to, by how profilers spell it. */
  static String kind(String name) {
    if (name.endsWith("_[k]")) {
      return "kernel";
    }
    return name.contains("/") || name.matches("[A-Za-z_$][\\w$]*(\\.[\\w$<>]+)+(_\\[\\w])?")
        ? "java"
        : "native";
  }

  /** Without its package, which is in the title. */
  private static String shortened(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /** At most so many letters; nothing when not even three fit. */
  static String clipped(String text, int letters) {
    if (text.length() <= letters) {
      return text;
    }
    return letters < 3 ? "" : text.substring(0, letters - 1) + "…";
  }
}
