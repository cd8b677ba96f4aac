package io.velonx.gateway.metrics;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** What each instrument of {@link MetricNames} means, for reporters. Threading: any thread. */
public final class MetricHelp {
  private static final Properties TEXTS = load();

  private MetricHelp() {}

  /** One sentence, or null for an instrument that is not ours. */
  public static @Nullable String of(String name) {
    return TEXTS.getProperty(name);
  }

  private static Properties load() {
    Properties texts = new Properties();
    try (InputStream file = MetricHelp.class.getResourceAsStream("help.properties");
        Reader reader =
            new InputStreamReader(
                Objects.requireNonNull(file, "help.properties"), StandardCharsets.UTF_8)) {
      texts.load(reader);
      return texts;
    } catch (IOException e) {
      throw new UncheckedIOException("help.properties", e);
    }
  }
}
