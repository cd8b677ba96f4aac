package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks a running node over HTTP. */
final class NodeClient {
  /** A node that needs longer is in trouble. */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final String base;
  private final @Nullable String key;

  private NodeClient(String base, @Nullable String key) {
    this.base = base;
    this.key = key;
  }

  /**
   * The admin port.
   *
   * @param url where it is; null for where the settings say
   */
  static NodeClient admin(@Nullable String url, Configuration settings) {
    String set =
        "http://" + settings.get(Settings.ADMIN_HOST) + ":" + settings.get(Settings.ADMIN_PORT);
    return new NodeClient(url == null ? set : url, settings.find(Settings.API_KEY));
  }

  /** The public port; it is shown no key. */
  static NodeClient open(@Nullable String url, Configuration settings) {
    String host = settings.find(Settings.LISTEN_HOST);
    boolean everywhere = host == null || host.equals("0.0.0.0") || host.equals("::");
    String set =
        "http://" + (everywhere ? "127.0.0.1" : host) + ":" + settings.get(Settings.LISTEN_PORT);
    return new NodeClient(url == null ? set : url, null);
  }

  /** A name as a part of a path. */
  static String segment(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Where the node is. */
  String base() {
    return base;
  }

  /** The answer, whatever it is. Fails: {@link IOException} when nobody answers in time. */
  HttpResponse<String> ask(String path) throws IOException, InterruptedException {
    return http.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Fails: {@link Refused} unless the answer is a good one; as {@link #ask}. */
  JsonNode get(String path) throws IOException, InterruptedException {
    return send(path, request(path).GET());
  }

  /** Sends JSON. Fails: as {@link #get}. */
  JsonNode post(String path, String body) throws IOException, InterruptedException {
    return post(path, body, null);
  }

  /** Sends JSON that is taken once, however often it is sent. Fails: as {@link #get}. */
  JsonNode post(String path, String body, @Nullable String idempotencyKey)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    return send(
        path, idempotencyKey == null ? request : request.header("Idempotency-Key", idempotencyKey));
  }

  /** Fails: as {@link #get}. */
  JsonNode delete(String path) throws IOException, InterruptedException {
    return send(path, request(path).DELETE());
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(TIMEOUT);
    return key == null ? request : request.header("Authorization", "Bearer " + key);
  }

  private JsonNode send(String path, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() >= 300) {
      throw new Refused(base + path + " answered " + answer.statusCode() + advice(answer));
    }
    return JSON.readTree(answer.body());
  }

  private static String advice(HttpResponse<String> answer) {
    return switch (answer.statusCode()) {
      case 401 -> " (" + Settings.API_KEY.name() + ": not one that the node knows)";
      case 403 -> " (" + Settings.API_KEY.name() + ": not good for this)";
      default -> " " + answer.body();
    };
  }

  /** An answer that is no. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }
}
