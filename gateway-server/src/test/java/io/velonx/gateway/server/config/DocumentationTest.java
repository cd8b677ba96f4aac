package io.velonx.gateway.server.config;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.limit.Refusal;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.server.Documentation;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentationTest {
  @Test
  void everySettingIsInTheTableWithItsDefault() throws IOException {
    for (Setting<?> setting : Settings.ALL) {
      String row =
          Documentation.text()
              .lines()
              .filter(line -> line.startsWith("|") && line.contains("`" + setting.name() + "`"))
              .findFirst()
              .orElse("");
      String defaultText = setting.defaultText();
      assertTrue(
          !row.isEmpty() && (defaultText == null || row.contains(defaultText)),
          setting.name() + " in: " + row);
    }
  }

  @Test
  void everyMetricInTheTablesExists() throws Exception {
    List<String> names = new ArrayList<>();
    for (Field constant : MetricNames.class.getFields()) {
      names.add((String) constant.get(null));
    }
    Map<String, String> pages = new HashMap<>(Documentation.pages());
    // Whose files and hosts are called gateway.something.
    pages.keySet().removeIf(page -> page.startsWith("scripts/"));
    String text = String.join("\n", pages.values());
    Matcher metric = Pattern.compile("`(gateway\\.[A-Za-z0-9_.]+)`").matcher(text);
    int found = 0;
    while (metric.find()) {
      String name = metric.group(1);
      // A family has one counter per code or limit.
      assertTrue(
          names.contains(name) || names.contains(name.substring(0, name.lastIndexOf('.'))), name);
      found++;
    }
    assertTrue(found > 10);
  }

  @Test
  void everyLimitBeforeTheUpgradeHasItsMetricInTheTable() throws IOException {
    for (Refusal.Reason reason : Refusal.Reason.values()) {
      String name = "`" + MetricNames.LIMITS_REFUSED + "." + reason.metric() + "`";
      assertTrue(
          Documentation.text()
              .lines()
              .anyMatch(line -> line.contains(name) && line.contains("" + reason.status())),
          name);
    }
  }

  @Test
  void everyCloseCodeOfOurOwnIsInTheTable() throws IOException {
    for (CloseReason reason : CloseReason.values()) {
      assertTrue(
          reason.code() < 4000
              || Documentation.text()
                  .lines()
                  .anyMatch(line -> line.startsWith("| " + reason.code() + " |")),
          reason.toString());
    }
  }

  @Test
  void everyLinkLeadsSomewhere() {
    Map<String, String> pages = Documentation.pages();
    assertTrue(pages.size() > 8, pages.keySet().toString());
    pages.forEach(
        (page, text) -> {
          for (Documentation.Link link : Documentation.linksOf(page, text)) {
            String where = page + " to " + link;
            assertTrue(Files.exists(Documentation.ROOT.resolve(link.target())), where);
            String target = pages.get(link.target());
            assertTrue(
                link.anchor().isEmpty()
                    || (target != null && Documentation.anchorsOf(target).contains(link.anchor())),
                where);
          }
        });
  }

  @Test
  void everyPageBesideAModuleIsLinkedTo() throws IOException {
    Set<String> pages = Documentation.pages().keySet();
    for (String module : List.of("gateway-core", "gateway-server", "loadtest")) {
      try (Stream<Path> files = Files.list(Documentation.ROOT.resolve(module).resolve("docs"))) {
        files
            .filter(file -> file.toString().endsWith(".md"))
            .map(file -> Documentation.ROOT.relativize(file).toString())
            .forEach(page -> assertTrue(pages.contains(page), page));
      }
    }
  }
}
