package io.velonx.gateway.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MetricHelpTest {
  private static final Pattern CONSTANT =
      Pattern.compile(
          "/\\*\\*((?:(?!\\*/).)*)\\*/\\s+public static final String \\w+ =\\s+\"(.*?)\"",
          Pattern.DOTALL);

  @Test
  void everyInstrumentIsDescribedAsItsConstantIs() throws IOException {
    Map<String, String> expected = new TreeMap<>();
    Map<String, String> described = new TreeMap<>();
    Matcher constant = CONSTANT.matcher(source());
    while (constant.find()) {
      String text =
          constant.group(1).replaceAll("\\n\\s*\\*", " ").replaceAll("\\{@code ([^}]*)}", "$1");
      String name = constant.group(2);
      expected.put(name, text.replaceAll("\\s+", " ").strip());
      described.put(name, String.valueOf(MetricHelp.of(name)));
    }
    assertEquals(MetricNames.class.getFields().length, expected.size());
    assertEquals(expected, described, "help.properties is not as MetricNames");
  }

  @Test
  void instrumentsOfOthersHaveNoDescription() {
    assertNull(MetricHelp.of("jvm.gc.count"));
  }

  private static String source() throws IOException {
    return Files.readString(Path.of("src/main/java/io/velonx/gateway/metrics/MetricNames.java"));
  }
}
