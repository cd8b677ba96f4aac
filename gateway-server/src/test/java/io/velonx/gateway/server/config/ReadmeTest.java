package io.velonx.gateway.server.config;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  @Test
  void everySettingIsInTheTableWithItsDefault() throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    for (Setting<?> setting : Settings.ALL) {
      String row =
          readme
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
}
