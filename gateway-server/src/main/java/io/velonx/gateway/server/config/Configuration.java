package io.velonx.gateway.server.config;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The value of every setting, and where it came from. Threading: any thread; immutable. */
public final class Configuration {
  private final Map<Setting<?>, Entry> entries;

  Configuration(Map<Setting<?>, Entry> entries) {
    this.entries = entries;
  }

  /** The value of a setting that has a default. */
  public <T> T get(Setting<T> setting) {
    return Objects.requireNonNull(find(setting), setting.name());
  }

  /** The value of a setting, or null when nobody set it. */
  public <T> @Nullable T find(Setting<T> setting) {
    @SuppressWarnings("unchecked") // the loader puts what the setting's own type parsed
    T value = (T) entry(setting).value;
    return value;
  }

  /** In the order of {@link Settings#ALL}. */
  public List<Entry> entries() {
    return Settings.ALL.stream().map(this::entry).toList();
  }

  private Entry entry(Setting<?> setting) {
    return Objects.requireNonNull(entries.get(setting));
  }

  /**
   * One setting with its value.
   *
   * @param value null when it is not set
   * @param text what may be shown: secrets are masked; empty when it is not set
   * @param origin a flag, a variable, a file, or {@code default}
   */
  public record Entry(Setting<?> setting, @Nullable Object value, String text, String origin) {}
}
