package io.velonx.gateway.server.cli;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An admin port that answers as it was told, and remembers what it was asked. */
final class StubNode implements AutoCloseable {
  final List<String> asked = new CopyOnWriteArrayList<>();

  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final HttpServer server;

  StubNode() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          String key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
          asked.add(request + (body.isEmpty() ? "" : " " + body) + (key == null ? "" : " " + key));
          String answer = answers.get(request);
          byte[] octets =
              (answer == null ? "{\"code\":\"NOT_FOUND\"}" : answer)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer == null ? 404 : 200, octets.length);
          exchange.getResponseBody().write(octets);
          exchange.close();
        });
    server.start();
  }

  /** What a request, as {@code GET /users}, is answered with; others get 404. */
  StubNode with(String request, String answer) {
    answers.put(request, answer);
    return this;
  }

  String url() {
    return "--url=http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
