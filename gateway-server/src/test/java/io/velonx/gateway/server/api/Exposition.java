package io.velonx.gateway.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text format of Prometheus, read strictly: each family has HELP, then TYPE, then its samples,
 * all in one place; no sample comes twice.
 */
final class Exposition {
  private static final Pattern META =
      Pattern.compile("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)");
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
  private static final Pattern LABELS =
      Pattern.compile("(?:[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)+");
  private static final Set<String> TYPES = Set.of("counter", "gauge", "summary");

  final Map<String, String> help = new TreeMap<>();
  final Map<String, String> types = new TreeMap<>();

  /** Every sample with its labels, as it is written. */
  final Map<String, Double> samples = new LinkedHashMap<>();

  private Exposition() {}

  static Exposition parse(String text) {
    assertTrue(text.endsWith("\n"), "the last line ends");
    Exposition result = new Exposition();
    String family = "";
    for (String line : text.split("\n", -1)) {
      if (line.startsWith("#")) {
        Matcher meta = META.matcher(line);
        assertTrue(meta.matches(), line);
        boolean isHelp = meta.group(1).equals("HELP");
        if (isHelp) {
          family = meta.group(2);
          assertNull(result.help.put(family, meta.group(3)), "twice: " + line);
        } else {
          assertEquals(family, meta.group(2), line);
          assertTrue(TYPES.contains(meta.group(3)), line);
          assertNull(result.types.put(family, meta.group(3)), "twice: " + line);
        }
      } else if (!line.isEmpty()) {
        result.sample(family, line);
      }
    }
    assertEquals(result.help.keySet(), result.types.keySet());
    return result;
  }

  /** The value of a sample, which must be there. */
  double value(String sample) {
    Double value = samples.get(sample);
    if (value == null) {
      throw new AssertionError(sample + " is not in " + samples.keySet());
    }
    return value;
  }

  /** The names of the samples, without labels. */
  Set<String> names() {
    Set<String> names = new TreeSet<>();
    samples.keySet().forEach(sample -> names.add(sample.replaceAll("\\{.*", "")));
    return names;
  }

  private void sample(String family, String line) {
    Matcher sample = SAMPLE.matcher(line);
    assertTrue(sample.matches(), line);
    String type = types.get(family);
    assertNotNull(type, line);
    String name = sample.group(1);
    assertTrue(
        name.equals(family)
            || (type.equals("summary")
                && Set.of(family + "_count", family + "_sum").contains(name)),
        line);
    assertTrue(!type.equals("counter") || name.endsWith("_total"), line);
    String labels = sample.group(2);
    assertTrue(labels == null || LABELS.matcher(labels).matches(), line);
    Double value = Double.valueOf(sample.group(3).replace("+Inf", "Infinity"));
    assertNull(samples.put(line.substring(0, line.lastIndexOf(' ')), value), "twice: " + line);
  }
}
