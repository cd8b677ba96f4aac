package io.velonx.gateway.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * A back end that publishes 1, 2, 3 and so on to {@code room:flow} until it is told to stop.
 * Threading: one test thread, and one of its own.
 */
final class Numbers {
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI address;
  private final long pauseNanos;
  private final CompletableFuture<Integer> last;
  private volatile boolean stopped;

  /** Begins to publish through that node. */
  Numbers(NodeProcess node, long pauseMillis) {
    address =
        URI.create("http://127.0.0.1:" + node.adminPort() + "/channels/room:flow/publications");
    pauseNanos = TimeUnit.MILLISECONDS.toNanos(pauseMillis);
    last = CompletableFuture.supplyAsync(this::run);
  }

  /** Ends it, and returns everything that was published. */
  List<Integer> stop() throws Exception {
    stopped = true;
    return IntStream.rangeClosed(1, last.get(30, TimeUnit.SECONDS)).boxed().toList();
  }

  private int run() {
    int n = 0;
    while (!stopped) {
      publish(++n);
      LockSupport.parkNanos(pauseNanos);
    }
    return n;
  }

  private void publish(int n) {
    try {
      String body = "{\"type\":\"NUMBER\",\"payload\":{\"roomId\":\"flow\",\"n\":" + n + "}}";
      var answer =
          http.send(
              HttpRequest.newBuilder(address)
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofString(body))
                  .build(),
              BodyHandlers.ofString());
      assertEquals(202, answer.statusCode(), answer::body);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("publishing failed", e);
    }
  }
}
