package io.velonx.gateway.server.cli;

import io.velonx.gateway.server.config.ConfigLoader;
import io.velonx.gateway.server.config.Setting;
import io.velonx.gateway.server.config.Settings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.ISetter;
import picocli.CommandLine.Model.OptionSpec;

/** One flag for every setting, and {@code --config}. */
final class SettingOptions {
  private final Map<Setting<?>, String> flags = new LinkedHashMap<>();
  private @Nullable Path file;

  /** Adds the flags to a command, behind its own. */
  void addTo(CommandSpec command) {
    command.addOption(
        OptionSpec.builder("--config")
            .type(Path.class)
            .paramLabel("FILE")
            .description("YAML file with settings; variable " + ConfigLoader.FILE_VARIABLE + ".")
            .setter(setter(Path.class, value -> file = value))
            .build());
    Settings.ALL.forEach(setting -> command.addOption(option(setting)));
  }

  /** All sources together. */
  ConfigLoader.Result load(ConfigLoader.Mode mode, Map<String, String> environment) {
    return ConfigLoader.load(mode, flags, environment, file);
  }

  private OptionSpec option(Setting<?> setting) {
    String defaultText = setting.defaultText();
    return OptionSpec.builder(setting.flag())
        .type(String.class)
        .paramLabel(setting.label())
        .description(
            (setting.description() + (defaultText == null ? "" : " Default: " + defaultText + "."))
                .replace("%", "%%"))
        .setter(
            setter(
                String.class,
                value -> {
                  if (value == null) {
                    flags.remove(setting);
                  } else {
                    flags.put(setting, value);
                  }
                }))
        .build();
  }

  private static <V> ISetter setter(Class<V> type, NullableConsumer<V> target) {
    return new ISetter() {
      @Override
      @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
      public <T> T set(T value) {
        // picocli first sets null, then what was given.
        target.accept(value == null ? null : type.cast(value));
        return value;
      }
    };
  }

  private interface NullableConsumer<V> {
    void accept(@Nullable V value);
  }
}
