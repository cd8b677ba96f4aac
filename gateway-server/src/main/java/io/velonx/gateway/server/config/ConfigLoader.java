package io.velonx.gateway.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the value of every setting: a flag wins over a {@code GATEWAY_…} variable, that over the
 * file, that over the platform's own variables, and those over the default.
 *
 * <p>Fails: every unknown name and wrong value is reported, all of them at once, and nothing is
 * loaded then.
 */
public final class ConfigLoader {
  /** The file to read when no flag names one. */
  public static final String FILE_VARIABLE = "GATEWAY_CONFIG";

  /** Meant for the launching script. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(FILE_VARIABLE, "GATEWAY_JAVA_OPTS", "GATEWAY_JAVA_HOME");

  /**
   * Set by Kubernetes next to every container, for services called “gateway” or “gateway-…”: these
   * names, and names as {@code GATEWAY_ADMIN_PORT} with an address as value.
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "GATEWAY_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?"
              + "|PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

  private static final Pattern SERVICE_ADDRESS = Pattern.compile("(tcp|udp|sctp)://[^/]+:\\d+");

  private final Mode mode;
  private final List<String> problems = new ArrayList<>();

  private ConfigLoader(Mode mode) {
    this.mode = mode;
  }

  /**
   * Reads all sources.
   *
   * @param flags texts by setting
   * @param file the file the command line names; null to look at {@link #FILE_VARIABLE}
   */
  public static Result load(
      Mode mode,
      Map<Setting<?>, String> flags,
      Map<String, String> environment,
      @Nullable Path file) {
    return new ConfigLoader(mode).load(flags, environment, file);
  }

  private Result load(
      Map<Setting<?>, String> flags, Map<String, String> environment, @Nullable Path file) {
    // From weakest to strongest: a later source replaces an earlier one.
    Map<Setting<?>, Source> sources = new LinkedHashMap<>();
    sources.putAll(defaults());
    sources.putAll(ContractVariables.read(environment, mode.contractSettings(), problems));
    String named = environment.getOrDefault(FILE_VARIABLE, "");
    if (file != null) {
      sources.putAll(YamlFile.read(file, problems));
    } else if (!named.isEmpty()) {
      sources.putAll(YamlFile.read(Path.of(named), problems));
    }
    sources.putAll(variables(environment));
    flags.forEach(
        (setting, text) ->
            sources.put(setting, new Source(RawValue.of(text), "flag " + setting.flag())));

    Map<Setting<?>, Configuration.Entry> entries = new LinkedHashMap<>();
    Settings.ALL.forEach(setting -> entries.put(setting, entry(setting, sources.get(setting))));
    Configuration configuration = new Configuration(entries);
    if (problems.isEmpty()) {
      checkTogether(configuration);
    }
    return problems.isEmpty() ? new Result.Loaded(configuration) : new Result.Failed(problems);
  }

  private Map<Setting<?>, Source> defaults() {
    Map<Setting<?>, Source> found = new LinkedHashMap<>();
    for (Setting<?> setting : Settings.ALL) {
      String text = setting.defaultText();
      if (text != null) {
        found.put(setting, new Source(RawValue.of(text), "default"));
      }
    }
    mode.defaults()
        .forEach(
            (setting, text) ->
                found.put(setting, new Source(RawValue.of(text), "default of " + mode.name())));
    return found;
  }

  private Map<Setting<?>, Source> variables(Map<String, String> environment) {
    Map<Setting<?>, Source> found = new LinkedHashMap<>();
    for (Setting<?> setting : Settings.ALL) {
      String value = environment.getOrDefault(setting.variable(), "");
      // Compose files pass on what is not set as empty.
      if (!value.isEmpty() && !isServiceLink(setting.variable(), value)) {
        found.put(setting, new Source(RawValue.of(value), "variable " + setting.variable()));
      }
    }
    List<String> known = Settings.ALL.stream().<String>map(Setting::variable).toList();
    environment.keySet().stream()
        .filter(name -> name.startsWith(Setting.ENVIRONMENT_PREFIX))
        .filter(name -> !known.contains(name) && !OTHER_VARIABLES.contains(name))
        .filter(name -> !isServiceLink(name, environment.getOrDefault(name, "")))
        .sorted()
        .forEach(
            name ->
                problems.add(
                    name + ": no such setting, in the environment" + Spelling.hint(name, known)));
    return found;
  }

  private static boolean isServiceLink(String name, String value) {
    return SERVICE_LINK.matcher(name).matches()
        || (name.endsWith("_PORT") && SERVICE_ADDRESS.matcher(value).matches());
  }

  private Configuration.Entry entry(Setting<?> setting, @Nullable Source source) {
    if (source == null) {
      return new Configuration.Entry(setting, null, "", "not set");
    }
    Object value = setting.type().parser().parse(source.value());
    String shown = setting.masked(source.value().text());
    if (value == null) {
      problems.add(
          setting.name()
              + ": \""
              + shown
              + "\" from "
              + source.origin()
              + " (expected: "
              + setting.type().expected()
              + ")");
    }
    return new Configuration.Entry(setting, value, shown, source.origin());
  }

  private void checkTogether(Configuration configuration) {
    int drop = configuration.get(Settings.LIMITS_OUTBOUND_DROP);
    int close = configuration.get(Settings.LIMITS_OUTBOUND_CLOSE);
    if (close < drop) {
      problems.add(
          Settings.LIMITS_OUTBOUND_CLOSE.name()
              + ": "
              + close
              + " (expected: at least "
              + Settings.LIMITS_OUTBOUND_DROP.name()
              + ", which is "
              + drop
              + ")");
    }
    boolean pairs =
        configuration.get(Settings.TOKEN_ALGORITHMS).stream()
            .anyMatch(algorithm -> !algorithm.isShared());
    if (pairs != (configuration.find(Settings.TOKEN_JWKS_URL) != null)) {
      problems.add(
          Settings.TOKEN_ALGORITHMS.name()
              + (pairs ? ": signatures by key pairs" : ": none that key pairs sign with")
              + " (expected: those and "
              + Settings.TOKEN_JWKS_URL.name()
              + ", or neither)");
    }
    int port = configuration.get(Settings.LISTEN_PORT);
    if (port != 0 && port == configuration.get(Settings.ADMIN_PORT)) {
      problems.add(
          Settings.ADMIN_PORT.name()
              + ": "
              + port
              + " (expected: another port than "
              + Settings.LISTEN_PORT.name()
              + ")");
    }
  }

  /**
   * What a way of running changes.
   *
   * @param name the command that runs this way
   * @param defaults what replaces the usual defaults
   * @param contractSettings those that the platform's own variables may set
   */
  public record Mode(
      String name, Map<Setting<?>, String> defaults, Set<Setting<?>> contractSettings) {
    /** Production. */
    public static final Mode RUN =
        new Mode(
            "run",
            Map.of(),
            Set.of(Settings.LISTEN_PORT, Settings.TOKEN_SECRET, Settings.REDIS_URL));

    /** As this one, with another default. */
    public Mode with(Setting<?> setting, String defaultText) {
      Map<Setting<?>, String> changed = new LinkedHashMap<>(defaults);
      changed.put(setting, defaultText);
      return new Mode(name, changed, contractSettings);
    }

    /**
     * Trying things out: reachable from this machine only, alone, and clients may publish. A secret
     * and a Redis that happen to be in the environment stay unused.
     */
    public static Mode dev(String throwAwaySecret) {
      return new Mode(
          "dev",
          Map.of(
              Settings.LISTEN_HOST, "127.0.0.1",
              Settings.TOKEN_SECRET, throwAwaySecret,
              Settings.PUBLISHING_CLIENTS, "relay",
              Settings.ADMIN_PAGE, "true",
              Settings.DEMO_ENABLED, "true"),
          Set.of(Settings.LISTEN_PORT));
    }
  }

  /** A configuration, or every reason why there is none. */
  public sealed interface Result {
    record Loaded(Configuration configuration) implements Result {}

    /**
     * Why there is none.
     *
     * @param problems one line each, without secrets
     */
    record Failed(List<String> problems) implements Result {
      public Failed {
        problems = List.copyOf(problems);
      }
    }
  }
}
