package io.velonx.gateway.server.config;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.limit.Refusal;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.protocol.CloseReason;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  @Test
  void everySettingIsInTheTableWithItsDefault() throws IOException {
    for (Setting<?> setting : Settings.ALL) {
      String row =
          readme()
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
    Matcher metric = Pattern.compile("`(gateway\\.[A-Za-z0-9_.]+)`").matcher(readme());
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
          readme()
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
              || readme().lines().anyMatch(line -> line.startsWith("| " + reason.code() + " |")),
          reason.toString());
    }
  }

  private static String readme() throws IOException {
    return Files.readString(Path.of("..", "README.md"));
  }
}
