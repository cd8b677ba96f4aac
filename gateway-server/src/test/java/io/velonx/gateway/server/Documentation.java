package io.velonx.gateway.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The pages people read: README and what it links to. */
public final class Documentation {
  /** Where the repository begins. */
  public static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern LINK = Pattern.compile("]\\(([^)#\\s]*)(#[^)\\s]*)?\\)");
  private static final Pattern COMMANDS = Pattern.compile("(?ms)^( *)```bash\n(.*?)^ *```");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

  private Documentation() {}

  /** All pages that can be reached from README, by their place in the repository. */
  public static Map<String, String> pages() {
    Map<String, String> pages = new LinkedHashMap<>();
    List<String> next = new ArrayList<>(List.of("README.md"));
    while (!next.isEmpty()) {
      String page = next.remove(0);
      if (!pages.containsKey(page)) {
        pages.put(page, read(ROOT.resolve(page)));
        linksOf(page, pages.get(page)).stream()
            .map(Link::target)
            .filter(target -> target.endsWith(".md"))
            .forEach(next::add);
      }
    }
    return pages;
  }

  /** All pages together. */
  public static String text() {
    return String.join("\n", pages().values());
  }

  /** Links of a page to places in the repository. */
  public static List<Link> linksOf(String page, String text) {
    List<Link> links = new ArrayList<>();
    Matcher link = LINK.matcher(text);
    while (link.find()) {
      if (!link.group(1).contains(":")) {
        String target =
            link.group(1).isEmpty()
                ? page
                : ROOT.relativize(ROOT.resolve(page).resolveSibling(link.group(1)).normalize())
                    .toString();
        links.add(new Link(target, link.group(2) == null ? "" : link.group(2).substring(1)));
      }
    }
    return links;
  }

  /** The names by which the headings of a page can be linked to. */
  public static List<String> anchorsOf(String text) {
    List<String> anchors = new ArrayList<>();
    Matcher heading = HEADING.matcher(text);
    while (heading.find()) {
      anchors.add(
          heading
              .group(1)
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^a-z0-9 -]", "")
              .replace(' ', '-'));
    }
    return anchors;
  }

  /** The blocks of commands of a page, in their order. */
  public static List<String> commandsOf(String page) {
    List<String> blocks = new ArrayList<>();
    Matcher block = COMMANDS.matcher(read(ROOT.resolve(page)));
    while (block.find()) {
      blocks.add(block.group(2).replaceAll("(?m)^" + block.group(1), ""));
    }
    return blocks;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A link within the repository.
   *
   * @param target the file or folder, from the root
   * @param anchor the heading; empty for none
   */
  public record Link(String target, String anchor) {}
}
