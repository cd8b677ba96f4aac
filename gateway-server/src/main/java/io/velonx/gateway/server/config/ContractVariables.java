package io.velonx.gateway.server.config;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The variables the platform's services already have. They rank below everything that is said to
 * the gateway by name. {@code HOSTNAME} is not among them: containers set it to their own id, and a
 * listener bound to that is reachable from nowhere.
 */
final class ContractVariables {
  private static final String REDIS_URL = "REDIS_URL";
  private static final String UPSTASH_URL = "UPSTASH_REDIS_REST_URL";
  private static final String UPSTASH_TOKEN = "UPSTASH_REDIS_REST_TOKEN";

  private static final Map<String, Setting<?>> PLAIN =
      Map.of(
          "NEXTAUTH_SECRET",
          Settings.TOKEN_SECRET,
          "PORT",
          Settings.LISTEN_PORT,
          REDIS_URL,
          Settings.REDIS_URL);

  private ContractVariables() {}

  /** What these variables say; an empty one says nothing. */
  static Map<Setting<?>, Source> read(
      Map<String, String> environment, Set<Setting<?>> wanted, List<String> problems) {
    Map<Setting<?>, Source> found = new LinkedHashMap<>();
    PLAIN.forEach(
        (variable, setting) -> {
          String value = environment.getOrDefault(variable, "");
          if (wanted.contains(setting) && !value.isEmpty()) {
            found.put(setting, new Source(RawValue.of(value), "variable " + variable));
          }
        });
    if (wanted.contains(Settings.REDIS_URL) && !found.containsKey(Settings.REDIS_URL)) {
      Source upstash = upstash(environment, problems);
      if (upstash != null) {
        found.put(Settings.REDIS_URL, upstash);
      }
    }
    return found;
  }

  private static @Nullable Source upstash(Map<String, String> environment, List<String> problems) {
    String url = environment.getOrDefault(UPSTASH_URL, "");
    String token = environment.getOrDefault(UPSTASH_TOKEN, "");
    if (url.isEmpty() && token.isEmpty()) {
      return null;
    }
    if (url.isEmpty() || token.isEmpty()) {
      String missing = url.isEmpty() ? UPSTASH_URL : UPSTASH_TOKEN;
      problems.add(
          "redis.url: "
              + missing
              + " is not set (expected: both "
              + UPSTASH_URL
              + " and "
              + UPSTASH_TOKEN
              + ", or neither)");
      return null;
    }
    String host = hostOf(url);
    if (host == null) {
      problems.add(
          "redis.url: \""
              + url
              + "\" from variable "
              + UPSTASH_URL
              + " (expected: an address as https://NAME.upstash.io)");
      return null;
    }
    String password = URLEncoder.encode(token, StandardCharsets.UTF_8).replace("+", "%20");
    return new Source(
        RawValue.of("rediss://:" + password + "@" + host + ":6379"),
        "variables " + UPSTASH_URL + " and " + UPSTASH_TOKEN);
  }

  private static @Nullable String hostOf(String url) {
    try {
      return URI.create(url.strip()).getHost();
    } catch (IllegalArgumentException notAddress) {
      return null;
    }
  }
}
