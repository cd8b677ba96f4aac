package io.velonx.gateway.loadtest.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a server says of itself, before and after a run. Numbers whose names speak of garbage
 * collection, event-loop lag or handshakes become figures, {@code server_…}: of what is counted the
 * difference, and of timings, which are nanoseconds, what they are in the end in milliseconds.
 *
 * <p>Threading: one thread.
 */
final class ServerStats {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final double NANOS_PER_MILLI = 1e6;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final @Nullable String url;
  private final JsonNode before;
  private JsonNode last;

  private ServerStats(@Nullable String url, JsonNode before) {
    this.url = url;
    this.before = before;
    last = before;
  }

  /** Fails: {@link IOException} when there is a URL and nobody answers there. */
  static ServerStats before(@Nullable String url) throws IOException {
    return new ServerStats(url, get(url));
  }

  void after(Result result) throws IOException {
    last = get(url);
    compare("server", before, last, result);
  }

  /** What it said last; an empty object when nobody was asked. */
  JsonNode last() {
    return last;
  }

  private static void compare(String path, JsonNode then, JsonNode now, Result result) {
    now.properties()
        .forEach(
            member -> {
              String name = path + "_" + member.getKey().replaceAll("[^A-Za-z0-9]+", "_");
              JsonNode value = member.getValue();
              JsonNode old = then.path(member.getKey());
              if (value.isObject()) {
                compare(name, old, value, result);
              } else if (value.isNumber() && isOfInterest(name)) {
                put(name.toLowerCase(Locale.ROOT), value.asDouble(), old.asDouble(), result);
              }
            });
  }

  private static void put(String name, double value, double before, Result result) {
    if (name.matches(".*_(p\\d+|max)")) {
      result.put(name + "_ms", value / NANOS_PER_MILLI);
    } else {
      result.put(name, value - before);
    }
  }

  private static boolean isOfInterest(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.matches(".*(^|_)(gc|pause|lag|handshake).*") || lower.contains("garbage");
  }

  private static JsonNode get(@Nullable String url) throws IOException {
    if (url == null) {
      return JsonNodeFactory.instance.objectNode();
    }
    try {
      HttpResponse<String> response =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).build(),
                  HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new IOException(url + " answered with " + response.statusCode());
      }
      return MAPPER.readTree(response.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
