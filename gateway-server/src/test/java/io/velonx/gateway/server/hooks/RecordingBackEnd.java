package io.velonx.gateway.server.hooks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A back end that answers as told, {@code STATUS BODY}, and remembers what it was asked. */
final class RecordingBackEnd implements AutoCloseable {
  /** One request. */
  record Asked(String hook, String delivery, String timestamp, String signature, String body) {
    JsonNode json() {
      try {
        return new ObjectMapper().readTree(body);
      } catch (IOException e) {
        throw new AssertionError(body, e);
      }
    }
  }

  final List<Asked> asked = new CopyOnWriteArrayList<>();

  /** The answers to come; when there is none, {@link #usual}. */
  final Queue<String> answers = new ConcurrentLinkedQueue<>();

  volatile String usual = "200 {}";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  RecordingBackEnd() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hooks");
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    asked.add(
        new Asked(
            exchange.getRequestHeaders().getFirst("X-Velonx-Hook"),
            exchange.getRequestHeaders().getFirst("X-Velonx-Delivery"),
            exchange.getRequestHeaders().getFirst("X-Velonx-Timestamp"),
            exchange.getRequestHeaders().getFirst("X-Velonx-Signature"),
            body));
    String next = answers.poll();
    String answer = next == null ? usual : next;
    byte[] octets = answer.substring(4).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(
        Integer.parseInt(answer.substring(0, 3)), octets.length == 0 ? -1 : octets.length);
    exchange.getResponseBody().write(octets);
    exchange.close();
  }
}
