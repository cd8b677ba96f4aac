package io.velonx.gateway.server.config;

import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.auth.Origins;
import io.velonx.gateway.backend.AccessRules.ByPrefix;
import io.velonx.gateway.backend.AccessRules.Rule;
import io.velonx.gateway.backend.GatewayEvent;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.history.AdoptionPolicy;
import io.velonx.gateway.history.HistoryPolicy;
import io.velonx.gateway.history.SpoolPolicy;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.limit.TrustedProxies;
import io.velonx.gateway.server.api.ApiKey;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the text of a setting is read.
 *
 * @param label a word for help texts, as {@code PORT}
 * @param expected what a good value looks like; ends every complaint about a bad one
 * @param parser the value, or null when the text is not what was expected
 */
record SettingType<T>(String label, String expected, Parser<T> parser) {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
  private static final Pattern RETENTION = Pattern.compile("([1-9]\\d{0,3})/(.+)");
  private static final Pattern SPOOL = Pattern.compile("([1-9]\\d{0,6})/([^/]+)/(.+)");
  private static final Pattern RATE = Pattern.compile("(\\d{1,7})/(\\d{1,7})");
  private static final Predicate<String> MEDIA_TYPE =
      Pattern.compile("[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,95}")
          .asMatchPredicate();
  private static final Pattern SIZE = Pattern.compile("(\\d{1,10})(B|KiB|MiB|GiB)?");

  /** Reads a raw value. Fails: null when it is not what was expected. */
  @FunctionalInterface
  interface Parser<T> {
    @Nullable T parse(RawValue raw);
  }

  static SettingType<String> text(String label, String expected, Predicate<String> check) {
    return new SettingType<>(
        label,
        expected,
        raw -> {
          String text = raw.text();
          return check.test(text) ? text : null;
        });
  }

  static SettingType<List<String>> texts(String label, String expected) {
    return new SettingType<>(label, expected, RawValue::items);
  }

  static SettingType<Integer> integer(String label, int least, int most) {
    return new SettingType<>(
        label, "a whole number from " + least + " to " + most, raw -> number(raw, least, most));
  }

  /** Octets: a number, or one with a unit of 1024. */
  static SettingType<Integer> size(int least, int most) {
    return new SettingType<>(
        "SIZE",
        "octets from " + least + " to " + most + ", as 65536, 64KiB or 1MiB",
        raw -> {
          Long octets = octets(raw.text());
          return octets != null && octets >= least && octets <= most ? octets.intValue() : null;
        });
  }

  /** As {@link #size}, for more than fits in memory. */
  static SettingType<Long> bigSize(long least, long most) {
    return new SettingType<>(
        "SIZE",
        "octets from " + least + " to " + most + ", as 64KiB, 1MiB or 10GiB",
        raw -> {
          Long octets = octets(raw.text());
          return octets != null && octets >= least && octets <= most ? octets : null;
        });
  }

  static SettingType<Path> directory() {
    return new SettingType<>(
        "DIRECTORY",
        "an absolute path that is no file",
        raw -> {
          try {
            Path path = Path.of(raw.text());
            return path.isAbsolute() && !Files.isRegularFile(path) ? path : null;
          } catch (InvalidPathException noPath) {
            return null;
          }
        });
  }

  static SettingType<Set<String>> mediaTypes() {
    return new SettingType<>(
        "LIST",
        "media types as image/png, separated by commas",
        raw -> {
          Set<String> types = new LinkedHashSet<>();
          raw.items().forEach(item -> types.add(item.toLowerCase(Locale.ROOT)));
          boolean good = types.stream().allMatch(MEDIA_TYPE);
          return good && !types.isEmpty() ? types : null;
        });
  }

  static SettingType<Duration> duration(Duration least, Duration most) {
    return new SettingType<>(
        "TIME",
        "a time from " + shown(least) + " to " + shown(most) + ", as 500ms, 25s, 2m or 1h",
        raw -> {
          Duration time = time(raw.text());
          boolean good = time != null && time.compareTo(least) >= 0 && time.compareTo(most) <= 0;
          return good ? time : null;
        });
  }

  static SettingType<Rate> rate() {
    return new SettingType<>(
        "RATE",
        "how many a second and how many at once, as 50/100, each up to 1000000; or 0 for no limit",
        raw -> {
          if (raw.text().equals("0")) {
            return Rate.UNLIMITED;
          }
          Matcher rate = RATE.matcher(raw.text());
          try {
            return rate.matches()
                ? new Rate(Integer.parseInt(rate.group(1)), Integer.parseInt(rate.group(2)))
                : null;
          } catch (IllegalArgumentException outOfRange) {
            return null;
          }
        });
  }

  static SettingType<TrustedProxies> networks() {
    return new SettingType<>(
        "LIST",
        "a list of addresses and networks, as 127.0.0.0/8,::1, or none",
        raw -> {
          try {
            return raw.text().equals("none") ? TrustedProxies.NONE : TrustedProxies.of(raw.items());
          } catch (IllegalArgumentException noNetwork) {
            return null;
          }
        });
  }

  static SettingType<Boolean> bool() {
    return new SettingType<>(
        "true|false",
        "true or false",
        raw ->
            switch (raw.text().toLowerCase(Locale.ROOT)) {
              case "true" -> true;
              case "false" -> false;
              default -> null;
            });
  }

  /** The constants of an enum, written in small letters. */
  static <E extends Enum<E>> SettingType<E> choice(Class<E> family) {
    List<String> names = EnumSet.allOf(family).stream().map(SettingType::wordOf).toList();
    Function<String, @Nullable E> find =
        word -> {
          for (E constant : EnumSet.allOf(family)) {
            if (wordOf(constant).equalsIgnoreCase(word)) {
              return constant;
            }
          }
          return null;
        };
    return new SettingType<>(
        String.join("|", names),
        "one of " + String.join(", ", names),
        raw -> find.apply(raw.text()));
  }

  static SettingType<Set<JwtAlgorithm>> algorithms() {
    return new SettingType<>(
        "LIST",
        "a list of " + JwtAlgorithm.names(),
        raw -> {
          Set<JwtAlgorithm> found = EnumSet.noneOf(JwtAlgorithm.class);
          for (String name : raw.items()) {
            JwtAlgorithm algorithm = JwtAlgorithm.named(name);
            if (algorithm == null) {
              return null;
            }
            found.add(algorithm);
          }
          return found.isEmpty() ? null : found;
        });
  }

  static SettingType<ClientPublishing> clientPublishing() {
    return new SettingType<>(
        "POLICY",
        "ignore, relay or hook, or a list of PREFIX=POLICY, as room:=relay,group:staff=ignore,user:=ignore",
        raw -> {
          Map<String, ClientPublishing.Policy> byPrefix = new LinkedHashMap<>();
          for (String item : raw.items()) {
            int equals = item.indexOf('=');
            String prefix = equals < 0 ? "" : item.substring(0, equals).strip();
            ClientPublishing.Policy policy =
                constant(ClientPublishing.Policy.class, item.substring(equals + 1).strip());
            boolean ofUsers = prefix.startsWith(ClientPublishing.USER_PREFIX);
            boolean known =
                isChannelPrefix(prefix) || (ofUsers && policy != ClientPublishing.Policy.HOOK);
            if (policy == null || !known) {
              return null;
            }
            byPrefix.put(prefix, policy);
          }
          return byPrefix.isEmpty() ? null : new ClientPublishing(byPrefix);
        });
  }

  static SettingType<ByPrefix> rules() {
    return new SettingType<>(
        "RULE",
        "open, claims, hook or nobody, or a list of PREFIX=RULE, as room:=open,group:=claims",
        raw -> {
          Map<String, Rule> byPrefix = new LinkedHashMap<>();
          for (String item : raw.items()) {
            int equals = item.indexOf('=');
            String prefix = equals < 0 ? "" : item.substring(0, equals).strip();
            String word = item.substring(equals + 1).strip();
            Rule rule = constant(Rule.class, word);
            if (rule == null || !isChannelPrefix(prefix)) {
              return null;
            }
            byPrefix.put(prefix, rule);
          }
          return byPrefix.isEmpty() ? null : new ByPrefix(byPrefix);
        });
  }

  static SettingType<List<ApiKey>> apiKeys() {
    return new SettingType<>(
        "LIST",
        "a list of " + ApiKey.EXPECTED,
        raw -> {
          List<ApiKey> keys = new ArrayList<>();
          for (String item : raw.items()) {
            ApiKey key = ApiKey.parse(item);
            if (key == null || keys.stream().anyMatch(known -> known.name().equals(key.name()))) {
              return null;
            }
            keys.add(key);
          }
          return keys;
        });
  }

  static SettingType<URI> httpUrl() {
    return new SettingType<>(
        "URL",
        "http://HOST:PORT/PATH or https://HOST/PATH",
        raw -> {
          try {
            URI url = new URI(raw.text());
            String scheme = String.valueOf(url.getScheme());
            return url.getHost() != null && List.of("http", "https").contains(scheme) ? url : null;
          } catch (URISyntaxException notUrl) {
            return null;
          }
        });
  }

  static SettingType<Set<GatewayEvent.Kind>> events() {
    List<String> names =
        EnumSet.allOf(GatewayEvent.Kind.class).stream().map(SettingType::wordOf).toList();
    return new SettingType<>(
        "LIST",
        "all, none or a list of " + String.join(", ", names),
        raw -> {
          switch (raw.text()) {
            case "all" -> {
              return EnumSet.allOf(GatewayEvent.Kind.class);
            }
            case "none" -> {
              return EnumSet.noneOf(GatewayEvent.Kind.class);
            }
            default -> {
              Set<GatewayEvent.Kind> kinds = EnumSet.noneOf(GatewayEvent.Kind.class);
              for (String item : raw.items()) {
                GatewayEvent.Kind kind = constant(GatewayEvent.Kind.class, item);
                if (kind == null) {
                  return null;
                }
                kinds.add(kind);
              }
              return kinds;
            }
          }
        });
  }

  static SettingType<HistoryPolicy> history() {
    return new SettingType<>(
        "KEEP",
        "off or COUNT/TIME up to "
            + Retention.MAX_MESSAGES
            + "/168h, or a list of PREFIX=KEEP, as room:=100/1h,group:=off",
        raw -> {
          Map<String, Retention> byPrefix = new LinkedHashMap<>();
          for (String item : raw.items()) {
            int equals = item.indexOf('=');
            String prefix = equals < 0 ? "" : item.substring(0, equals).strip();
            Retention retention = retention(item.substring(equals + 1).strip());
            if (retention == null || !isChannelPrefix(prefix)) {
              return null;
            }
            byPrefix.put(prefix, retention);
          }
          return byPrefix.isEmpty() ? null : new HistoryPolicy(byPrefix);
        });
  }

  static SettingType<Origins> origins() {
    return new SettingType<>(
        "LIST",
        "a list of origins as browsers write them, as https://www.example.org,http://localhost:3000",
        raw -> {
          try {
            return raw.items().isEmpty() ? null : Origins.of(raw.items());
          } catch (IllegalArgumentException noOrigin) {
            return null;
          }
        });
  }

  static SettingType<AdoptionPolicy> adoption() {
    return new SettingType<>(
        "ADOPT",
        "true or false, or a list of PREFIX=ADOPT, as room:chat-=true",
        raw -> {
          Map<String, Boolean> byPrefix = new LinkedHashMap<>();
          for (String item : raw.items()) {
            int equals = item.indexOf('=');
            String prefix = equals < 0 ? "" : item.substring(0, equals).strip();
            String adopts = item.substring(equals + 1).strip();
            if (!List.of("true", "false").contains(adopts) || !isChannelPrefix(prefix)) {
              return null;
            }
            byPrefix.put(prefix, adopts.equals("true"));
          }
          return byPrefix.isEmpty() ? null : new AdoptionPolicy(byPrefix);
        });
  }

  static SettingType<SpoolPolicy> spool() {
    return new SettingType<>(
        "SPOOL",
        "off or COUNT/SIZE/TIME up to 1000000/2GiB/120s, as 10000/16MiB/30s",
        raw -> {
          if (raw.text().equals("off")) {
            return SpoolPolicy.NONE;
          }
          Matcher parts = SPOOL.matcher(raw.text());
          Long octets = parts.matches() ? octets(parts.group(2)) : null;
          Duration age = octets == null ? null : time(parts.group(3));
          if (octets == null || age == null) {
            return null;
          }
          try {
            return new SpoolPolicy(Integer.parseInt(parts.group(1)), octets, age);
          } catch (IllegalArgumentException outOfRange) {
            return null;
          }
        });
  }

  /** Who can change what comes from there decides who gets in, so it is read over TLS. */
  static SettingType<URI> keyAddress() {
    return new SettingType<>(
        "URL",
        "an address as https://login.example.org/.well-known/jwks.json; http only on this machine",
        raw -> {
          try {
            URI address = new URI(raw.text());
            boolean safe =
                "https".equals(address.getScheme())
                    || ("http".equals(address.getScheme())
                        && Set.of("localhost", "127.0.0.1", "[::1]")
                            .contains(String.valueOf(address.getHost())));
            boolean whole =
                address.getHost() != null
                    && address.getUserInfo() == null
                    && address.getFragment() == null;
            return safe && whole ? address : null;
          } catch (URISyntaxException noAddress) {
            return null;
          }
        });
  }

  static SettingType<Retention> keep() {
    return new SettingType<>(
        "KEEP",
        "off or COUNT/TIME up to " + Retention.MAX_MESSAGES + "/168h",
        raw -> retention(raw.text()));
  }

  static SettingType<RedisConfig> redisUrl() {
    return new SettingType<>(
        "URL",
        "redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT/DATABASE",
        raw -> {
          try {
            return RedisConfig.parse(raw.text());
          } catch (IllegalArgumentException notRedis) {
            return null;
          }
        });
  }

  private static @Nullable Retention retention(String text) {
    if (text.equals("off")) {
      return Retention.NONE;
    }
    Matcher parts = RETENTION.matcher(text);
    Duration age = parts.matches() ? time(parts.group(2)) : null;
    if (age == null) {
      return null;
    }
    try {
      return new Retention(Integer.parseInt(parts.group(1)), age);
    } catch (IllegalArgumentException tooMuch) {
      return null;
    }
  }

  private static @Nullable Integer number(RawValue raw, int least, int most) {
    try {
      int number = Integer.parseInt(raw.text());
      return number >= least && number <= most ? number : null;
    } catch (NumberFormatException notNumber) {
      return null;
    }
  }

  private static @Nullable Long octets(String text) {
    Matcher size = SIZE.matcher(text);
    return size.matches() ? (Long) (Long.parseLong(size.group(1)) * unit(size.group(2))) : null;
  }

  private static long unit(@Nullable String name) {
    if (name == null) {
      return 1;
    }
    return switch (name) {
      case "KiB" -> 1L << 10;
      case "MiB" -> 1L << 20;
      case "GiB" -> 1L << 30;
      default -> 1;
    };
  }

  private static @Nullable Duration time(String text) {
    Matcher time = DURATION.matcher(text);
    if (!time.matches()) {
      return null;
    }
    long amount = Long.parseLong(time.group(1));
    return switch (time.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  private static String shown(Duration time) {
    if (time.toMillis() % 1000 != 0) {
      return time.toMillis() + "ms";
    }
    long seconds = time.toSeconds();
    return seconds >= 3600 && seconds % 3600 == 0 ? seconds / 3600 + "h" : seconds + "s";
  }

  private static <E extends Enum<E>> @Nullable E constant(Class<E> family, String word) {
    for (E constant : EnumSet.allOf(family)) {
      if (wordOf(constant).equals(word)) {
        return constant;
      }
    }
    return null;
  }

  /** A beginning of a channel name, so that a mistyped prefix does not silently match nothing. */
  private static boolean isChannelPrefix(String prefix) {
    return "room:".startsWith(prefix)
        || "group:".startsWith(prefix)
        || prefix.startsWith("room:")
        || prefix.startsWith("group:");
  }

  private static String wordOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
