package io.velonx.gateway.server.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Asks a running node over HTTP. */
final class NodeClient {
  /** A node that needs longer is in trouble. */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
  private final @Nullable String key;

  /**
   * @param key the API key to show; null for none
   */
  NodeClient(@Nullable String key) {
    this.key = key;
  }

  /** Fails: {@link IOException} when nobody answers in time. */
  HttpResponse<String> get(String url) throws IOException, InterruptedException {
    return send(request(url).GET());
  }

  /** Sends JSON. Fails: as {@link #get}. */
  HttpResponse<String> post(String url, String body) throws IOException, InterruptedException {
    return send(
        request(url)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** Fails: as {@link #get}. */
  HttpResponse<String> delete(String url) throws IOException, InterruptedException {
    return send(request(url).DELETE());
  }

  private HttpRequest.Builder request(String url) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT);
    return key == null ? request : request.header("Authorization", "Bearer " + key);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
