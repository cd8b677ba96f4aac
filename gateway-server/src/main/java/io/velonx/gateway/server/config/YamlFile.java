package io.velonx.gateway.server.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads settings from a YAML file, nested ({@code redis: {url: …}}) or with dots ({@code redis.url:
 * …}). Every scalar stays the text it is: a secret of digits is no number, and {@code no} is no
 * boolean.
 */
final class YamlFile {
  private final Path path;
  private final List<String> problems;
  private final Map<Setting<?>, Source> found = new LinkedHashMap<>();

  private YamlFile(Path path, List<String> problems) {
    this.path = path;
    this.problems = problems;
  }

  /** What the file says; complaints are added to the problems. */
  static Map<Setting<?>, Source> read(Path path, List<String> problems) {
    YamlFile file = new YamlFile(path, problems);
    try (Reader reader = Files.newBufferedReader(path)) {
      file.take(yaml().load(reader));
    } catch (IOException e) {
      problems.add("config: \"" + path + "\" cannot be read (expected: a YAML file)");
    } catch (MarkedYAMLException e) {
      // Without the snippet of the full message, which may show a secret.
      problems.add(
          "config: \""
              + path
              + "\" is no YAML: "
              + e.getProblem()
              + place(e)
              + " (expected: settings"
              + " as listed by `gateway config show`)");
    } catch (YAMLException e) {
      problems.add("config: \"" + path + "\" is no YAML (expected: one document in UTF-8)");
    }
    return file.found;
  }

  private void take(@Nullable Object document) {
    if (document instanceof Map<?, ?> map) {
      take("", map);
    } else if (document != null && !"".equals(document)) {
      problems.add("config: \"" + path + "\" is a single value (expected: settings by name)");
    }
  }

  private void take(String prefix, Map<?, ?> map) {
    map.forEach(
        (key, value) -> {
          String name = prefix + key;
          Setting<?> setting = Settings.named(name);
          if (setting != null) {
            put(setting, value);
          } else if (value instanceof Map<?, ?> nested && isGroup(name)) {
            take(name + ".", nested);
          } else {
            problems.add(unknown(name));
          }
        });
  }

  private void put(Setting<?> setting, @Nullable Object value) {
    RawValue raw = raw(value);
    if (raw == null) {
      problems.add(
          setting.name()
              + ": nested too deeply in \""
              + path
              + "\" (expected: "
              + setting.type().expected()
              + ")");
    } else if (!raw.isEmpty() && found.put(setting, new Source(raw, "file " + path)) != null) {
      problems.add(setting.name() + ": twice in \"" + path + "\" (expected: once)");
    }
  }

  private static @Nullable RawValue raw(@Nullable Object value) {
    if (value == null) {
      return RawValue.of("");
    }
    if (value instanceof String text) {
      return RawValue.of(text);
    }
    List<String> items = new ArrayList<>();
    if (value instanceof List<?> list) {
      for (Object item : list) {
        if (!(item instanceof String text)) {
          return null;
        }
        items.add(text);
      }
      return RawValue.ofItems(items);
    }
    if (value instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        if (!(entry.getValue() instanceof String text)) {
          return null;
        }
        items.add(entry.getKey() + "=" + text);
      }
      return RawValue.ofItems(items);
    }
    return null;
  }

  private String unknown(String name) {
    List<String> names = Settings.ALL.stream().<String>map(Setting::name).toList();
    return name + ": no such setting, in \"" + path + "\"" + Spelling.hint(name, names);
  }

  private static boolean isGroup(String name) {
    return Settings.ALL.stream().anyMatch(setting -> setting.name().startsWith(name + "."));
  }

  private static String place(MarkedYAMLException e) {
    return e.getProblemMark() == null ? "" : " in line " + (e.getProblemMark().getLine() + 1);
  }

  private static Yaml yaml() {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    options.setMaxAliasesForCollections(10);
    options.setCodePointLimit(1024 * 1024);
    DumperOptions unused = new DumperOptions();
    return new Yaml(
        new SafeConstructor(options),
        new Representer(unused),
        unused,
        options,
        new TextOnlyResolver());
  }

  /** Takes every scalar for a text. */
  private static final class TextOnlyResolver extends Resolver {
    @Override
    protected void addImplicitResolvers() {}
  }
}
