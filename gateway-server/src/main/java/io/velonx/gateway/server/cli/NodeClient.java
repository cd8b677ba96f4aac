package io.velonx.gateway.server.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks a running node over HTTP. */
final class NodeClient {
  /** A node that needs longer is in trouble. */
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

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

  private static HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT);
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }
}
