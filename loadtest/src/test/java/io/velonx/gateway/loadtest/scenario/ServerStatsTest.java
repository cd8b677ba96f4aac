package io.velonx.gateway.loadtest.scenario;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServerStatsTest {
  private final Queue<String> answers = new ArrayDeque<>();
  private final HttpServer server = create();

  @BeforeEach
  void start() {
    server.createContext(
        "/metrics.json",
        exchange -> {
          byte[] answer = answers.remove().getBytes(UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void countsBecomeTheDifferenceAndTimingsMillisecondsAtTheEnd() throws IOException {
    answers.add(
        "{\"jvm.gc.G1-Young.count\":3,\"gateway.eventloop.lag\":{\"count\":10,\"p99\":1000000}}");
    answers.add(
        "{\"jvm.gc.G1-Young.count\":8,\"gateway.eventloop.lag\":{\"count\":30,\"p99\":2500000},"
            + "\"gateway.connections.open\":7}");

    ServerStats stats = ServerStats.before(url("/metrics.json"));
    Result result = new Result();
    stats.after(result);

    assertEquals(
        Map.of(
            "server_jvm_gc_g1_young_count", 5.0,
            "server_gateway_eventloop_lag_count", 20.0,
            "server_gateway_eventloop_lag_p99_ms", 2.5),
        result.figures());
  }

  @Test
  void aServerThatIsNotAskedTellsNothing() throws IOException {
    Result result = new Result();
    ServerStats.before(null).after(result);

    assertEquals(List.of(), List.copyOf(result.figures().keySet()));
  }

  @Test
  void anErrorOfTheServerIsOne() {
    assertThrows(IOException.class, () -> ServerStats.before(url("/nowhere")));
  }

  private String url(String path) {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  private static HttpServer create() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
