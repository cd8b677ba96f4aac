package io.velonx.gateway.server.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.velonx.gateway.DrainProgress;
import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Appended.Reach;
import io.velonx.gateway.inbox.Posted;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.EnvelopeReader;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.server.http.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminServerTest {
  private static final int MAX_BODY = 1024;
  private static final String ENVELOPE = "{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"n\":1.50}}";

  private final HttpClient http = HttpClient.newHttpClient();
  private final RecordingPublisher publisher = new RecordingPublisher();
  private final RecordingDrain drain = new RecordingDrain();
  private final NoNode node = new NoNode();
  private final MetricRegistry registry = new MetricRegistry();
  private final AdminServer server;

  AdminServerTest() throws IOException {
    server = AdminServer.start("127.0.0.1", 0, 2 * MAX_BODY, api());
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void revocationsAreHandedOn() throws Exception {
    assertEquals(202, revoke("{\"userId\":\"auth0|ada\"}").statusCode());
    assertEquals(202, revoke("{\"userId\":\"ada\",\"banSeconds\":600}").statusCode());
    assertEquals(202, revoke("{\"userId\":\"ada\",\"banSeconds\":0}").statusCode());
    assertEquals(202, revoke("{\"sessionId\":\"s1\"}").statusCode());
    assertEquals(202, revoke("{\"tokenId\":\"t1\"}").statusCode());
    assertEquals(
        List.of("user auth0|ada", "ban ada PT10M", "ban ada PT0S", "session s1", "token t1"),
        node.calls);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"userId\":7}",
        "{\"userId\":\"\"}",
        "{\"userId\":\"a\",\"tokenId\":\"t\"}",
        "{\"userId\":\"a\",\"banSeconds\":-1}",
        "{\"userId\":\"a\",\"banSeconds\":1.5}",
        "{\"userId\":\"a\",\"banSeconds\":99999999999}",
        "{\"tokenId\":\"t\",\"banSeconds\":60}",
      })
  void badRevocationIsRefused(String body) throws Exception {
    assertEquals(400, revoke(body).statusCode());
    assertEquals(List.of(), node.calls);
  }

  @Test
  void revocationThatCannotBeTakenIsSaid() throws Exception {
    node.revoked = CompletableFuture.failedStage(new IOException("as told"));
    assertEquals(503, revoke("{\"tokenId\":\"t1\"}").statusCode());
  }

  @Test
  void formOfAForeignPageRevokesNothing() throws Exception {
    byte[] body = "{\"userId\":\"a\"}".getBytes(StandardCharsets.UTF_8);
    assertEquals(415, send(post("/revocations", body, "text/plain")).statusCode());
    assertEquals(405, get("/revocations").statusCode());
  }

  @Test
  void statsAndMetricsAreJson() throws Exception {
    registry.counter("gateway.test").inc(7);
    registry.histogram("gateway.sizes").update(5);
    registry.timer("gateway.times");
    registry.meter("gateway.rate");
    registry.registerGauge("gateway.gauge", () -> 1.5);
    assertEquals("{\"channels\":3}", get("/stats").body());
    assertEquals("{\"channels\":3}", get("/stats?pretty").body());
    String metrics = get("/metrics.json").body();
    assertTrue(metrics.contains("\"gateway.test\":7"), metrics);
    assertTrue(metrics.contains("\"gateway.gauge\":1.5"), metrics);
  }

  @Test
  void metricsAreTextForPrometheus() throws Exception {
    registry.counter("gateway.test").inc(7);
    HttpResponse<String> response = get("/metrics");
    assertEquals(200, response.statusCode());
    assertEquals(
        "text/plain; version=0.0.4; charset=utf-8",
        response.headers().firstValue("Content-Type").orElse(""));
    assertEquals(7, Exposition.parse(response.body()).value("gateway_test_total"));
  }

  @Test
  void bodyIsPublishedToAChannelOctetForOctet() throws Exception {
    byte[] body =
        "\n{ \"payload\" : {\"b\":1e2, \"a\":\"\\ud800\"},\t\"type\":\"X\" }"
            .getBytes(StandardCharsets.UTF_8);
    HttpResponse<String> response =
        send(post("/channels/room%3A42/publications", body, "application/json; charset=utf-8"));
    assertEquals(202, response.statusCode());
    assertEquals("room:42", publisher.targets.get(0));
    assertArrayEquals(body, publisher.envelopes.get(0));
  }

  @Test
  void placeInTheHistoryIsAnswered() throws Exception {
    publisher.taken =
        CompletableFuture.completedStage(new Appended(new Position("e1", 7), false, null));
    HttpResponse<String> response = publish("/channels/room:1/publications", ENVELOPE);
    assertEquals("{\"offset\":7,\"epoch\":\"e1\",\"accepted\":true}", response.body());
    assertEquals(List.of("null"), publisher.keys);
  }

  @Test
  void whatWaitsForTheBackplaneIsAcceptedWithoutAPlace() throws Exception {
    publisher.taken =
        CompletableFuture.completedStage(new Appended(null, false, null, Reach.SPOOLED));
    HttpResponse<String> response = publish("/channels/room:1/publications", ENVELOPE);
    assertEquals(202, response.statusCode());
    assertEquals("{\"spooled\":true,\"accepted\":true}", response.body());
  }

  @Test
  void idempotencyKeyIsHandedOnAndARepetitionIsSaid() throws Exception {
    publisher.taken =
        CompletableFuture.completedStage(new Appended(new Position("e1", 7), true, ""));
    byte[] body = ENVELOPE.getBytes(StandardCharsets.UTF_8);
    HttpResponse<String> response =
        send(keyed(post("/channels/room:1/publications", body, "application/json"), "k 1"));
    assertEquals(400, response.statusCode());
    response = send(keyed(post("/channels/room:1/publications", body, "application/json"), "k-1"));
    assertEquals(
        "{\"offset\":7,\"epoch\":\"e1\",\"repeated\":true,\"accepted\":true}", response.body());
    assertEquals(List.of("k-1"), publisher.keys);
    send(keyed(post("/users/u1/publications", body, "application/json"), "k-2"));
    assertEquals(List.of("k-1", "k-2"), publisher.keys);
  }

  @Test
  void bodyIsPublishedToAUserAndTheAnswerCountsNodes() throws Exception {
    HttpResponse<String> response = publish("/users/u1/publications", ENVELOPE);
    assertEquals(202, response.statusCode());
    assertEquals("{\"nodes\":2,\"accepted\":true}", response.body());
    assertEquals("user u1", publisher.targets.get(0));
    assertEquals(List.of(true), publisher.kept);
  }

  @Test
  void placeInTheInboxIsAnsweredUnlessNothingIsToBeKept() throws Exception {
    publisher.taken =
        CompletableFuture.completedStage(new Appended(new Position("e1", 7), false, null));
    HttpResponse<String> response = publish("/users/u1/publications?keep=true", ENVELOPE);
    assertEquals("{\"offset\":7,\"epoch\":\"e1\",\"nodes\":2,\"accepted\":true}", response.body());
    publish("/users/u1/publications?keep=false", ENVELOPE);
    assertEquals(List.of(true, false), publisher.kept);
    assertEquals(400, publish("/users/u1/publications?keep=no", ENVELOPE).statusCode());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""})
  void bodyOfAnotherTypeIsRefusedSoThatForeignPagesCannotPublish(String type) throws Exception {
    byte[] body = ENVELOPE.getBytes(StandardCharsets.UTF_8);
    HttpResponse<String> response = send(post("/channels/room:1/publications", body, type));
    assertEquals(415, response.statusCode());
    assertTrue(response.body().contains("\"code\":\"UNSUPPORTED_MEDIA_TYPE\""), response.body());
    assertTrue(publisher.targets.isEmpty());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "[]", "{}", "{\"type\":1}", "{\"type\":\"A\"} {}"})
  void bodyThatIsNoEnvelopeIsRefused(String body) throws Exception {
    HttpResponse<String> response = publish("/channels/room:1/publications", body);
    assertEquals(400, response.statusCode());
    assertTrue(response.body().contains("\"code\":\"INVALID_JSON\""), response.body());
    assertTrue(publisher.targets.isEmpty());
  }

  @Test
  void drainIsBegunWatchedAndCalledOff() throws Exception {
    HttpResponse<String> begun = publish("/drain", "{\"closesPerSecond\":5,\"timeoutMillis\":900}");
    assertEquals(202, begun.statusCode());
    assertEquals(List.of("drain 5 900"), drain.calls);
    String progress = "{\"state\":\"draining\",\"total\":9,\"left\":4,\"elapsedMillis\":1500}";
    assertEquals(progress, begun.body());
    assertEquals(progress, get("/drain").body());
    assertEquals(200, send(request("/drain").DELETE()).statusCode());
    assertEquals(List.of("drain 5 900", "cancel"), drain.calls);
  }

  @Test
  void drainWithoutAPlanTakesTheConfiguredOne() throws Exception {
    assertEquals(202, publish("/drain", "{}").statusCode());
    assertEquals(List.of("drain null null"), drain.calls);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"x", "[]", "{\"closesPerSecond\":0}", "{\"timeoutMillis\":\"1s\"}", "null"})
  void badPlanOfADrainIsRefused(String body) throws Exception {
    assertEquals(400, publish("/drain", body).statusCode());
    assertTrue(drain.calls.isEmpty());
  }

  @Test
  void drainOfANodeThatEndsIsAConflict() throws Exception {
    drain.ending = true;
    assertEquals(409, publish("/drain", "{}").statusCode());
    assertEquals(409, send(request("/drain").DELETE()).statusCode());
  }

  @Test
  void badChannelsAndUsersAreRefused() throws Exception {
    assertEquals(400, publish("/channels/lobby/publications", ENVELOPE).statusCode());
    assertEquals(400, publish("/channels/room:a%20b/publications", ENVELOPE).statusCode());
    assertEquals(
        400,
        publish("/channels/room:%zz/publications".replace("%zz", "%25zz"), ENVELOPE).statusCode());
    assertEquals(400, publish("/users/a%2Ab/publications", ENVELOPE).statusCode());
    assertTrue(publisher.targets.isEmpty());
  }

  @Test
  void bodyLargerThanAnyIsRefusedBeforeItIsRead() throws Exception {
    String huge = "{\"type\":\"" + "x".repeat(2 * MAX_BODY) + "\"}";
    assertEquals(413, publish("/publications", huge).statusCode());
  }

  @Test
  void bodyOverTheLimitIsRefused() throws Exception {
    String large = "{\"type\":\"" + "x".repeat(MAX_BODY) + "\"}";
    HttpResponse<String> response = publish("/channels/room:1/publications", large);
    assertEquals(413, response.statusCode());
    assertTrue(response.body().contains("limits.message-bytes"), response.body());
    assertTrue(publisher.targets.isEmpty());
  }

  @Test
  void backplaneThatCannotTakeItIsSaidWith503() throws Exception {
    publisher.failing = true;
    HttpResponse<String> response = publish("/channels/room:1/publications", ENVELOPE);
    assertEquals(503, response.statusCode());
    assertEquals(503, publish("/users/u1/publications", ENVELOPE).statusCode());
    assertTrue(response.body().contains("\"code\":\"UNAVAILABLE\""), response.body());
  }

  @Test
  void wrongMethodsAndPathsAreSaid() throws Exception {
    assertEquals(404, get("/").statusCode());
    assertEquals(404, get("/channels/a/b/publications").statusCode());
    HttpResponse<String> wrong = get("/publications");
    assertEquals(405, wrong.statusCode());
    assertEquals("POST", wrong.headers().firstValue("Allow").orElse(""));
    assertEquals(405, publish("/stats", ENVELOPE).statusCode());
  }

  @Test
  void requestUnderAForeignHostNameIsRefused() throws Exception {
    String foreign = raw("GET /stats HTTP/1.1\r\nHost: evil.example:3001\r\n\r\n");
    assertTrue(foreign.startsWith("HTTP/1.1 403 "), foreign);
    String none = raw("GET /stats HTTP/1.1\r\n\r\n");
    assertTrue(none.startsWith("HTTP/1.1 403 "), none);
    for (String host : List.of("localhost:" + server.port(), "127.0.0.1", "[::1]:3001")) {
      String own = raw("GET /stats HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
      assertTrue(own.startsWith("HTTP/1.1 200 "), own);
    }
  }

  @Test
  void garbageIsRefusedAndTheNextRequestWorks() throws Exception {
    String answer = raw("no http at all\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
    assertEquals(200, get("/stats").statusCode());
  }

  @Test
  void headHasNoBody() throws Exception {
    String answer = raw("HEAD /stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertTrue(answer.contains("content-length: 14"), answer);
    assertTrue(answer.endsWith("\r\n\r\n"), answer);
  }

  @Test
  void takenPortIsAFailureThatNamesIt() {
    BackEndApi api = api();
    IOException failure =
        assertThrows(
            IOException.class, () -> AdminServer.start("127.0.0.1", server.port(), MAX_BODY, api));
    assertTrue(String.valueOf(failure.getMessage()).contains("127.0.0.1:" + server.port()));
  }

  private BackEndApi api() {
    return new BackEndApi(
        new ApiKeys(List.of(), Rate.UNLIMITED),
        () -> Json.object().put("channels", 3),
        registry,
        publisher,
        drain,
        node,
        MAX_BODY,
        "/ws");
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path).GET());
  }

  private HttpResponse<String> publish(String path, String body) throws Exception {
    return send(post(path, body.getBytes(StandardCharsets.UTF_8), "application/json"));
  }

  private HttpRequest.Builder post(String path, byte[] body, String type) {
    HttpRequest.Builder request = request(path).POST(BodyPublishers.ofByteArray(body));
    return type.isEmpty() ? request : request.header("Content-Type", type);
  }

  private static HttpRequest.Builder keyed(HttpRequest.Builder request, String idempotencyKey) {
    return request.header("Idempotency-Key", idempotencyKey);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  /** What comes back until the server closes. */
  private String raw(String request) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInTheirOrderHoweverSlowTheFirstIs() throws Exception {
    CompletableFuture<Appended> slow = new CompletableFuture<>();
    publisher.taken = slow;
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      String publish =
          "POST /channels/room:1/publications HTTP/1.1\r\nHost: localhost\r\n"
              + "Content-Type: application/json\r\nContent-Length: "
              + ENVELOPE.length()
              + "\r\n\r\n"
              + ENVELOPE;
      String stats = "GET /stats HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write((publish + stats).getBytes(StandardCharsets.US_ASCII));
      Awaitility.await().until(() -> !publisher.targets.isEmpty());
      slow.complete(Appended.LIVE_ONLY);
      String answers =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      assertTrue(answers.indexOf("accepted") < answers.indexOf("channels"), answers);
      assertTrue(answers.startsWith("HTTP/1.1 202"), answers);
    }
  }

  /** Remembers what was asked of it, and is always at the same point. */
  private static final class RecordingDrain implements NodeDrain {
    private final List<String> calls = new CopyOnWriteArrayList<>();
    private volatile boolean ending;

    @Override
    public void drain(@Nullable Integer closesPerSecond, @Nullable Long timeoutMillis) {
      call("drain " + closesPerSecond + " " + timeoutMillis);
    }

    @Override
    public void cancelDrain() {
      call("cancel");
    }

    @Override
    public DrainProgress drainProgress() {
      return new DrainProgress(DrainProgress.State.DRAINING, 9, 4, Duration.ofMillis(1_500));
    }

    private void call(String what) {
      if (ending) {
        throw new IllegalStateException("the node is not running");
      }
      calls.add(what);
    }
  }

  /** Remembers what it was given. */
  private static final class RecordingPublisher implements Publisher {
    private final List<String> targets = new CopyOnWriteArrayList<>();
    private final List<byte[]> envelopes = new CopyOnWriteArrayList<>();
    private final List<Boolean> kept = new CopyOnWriteArrayList<>();
    private volatile boolean failing;
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private volatile CompletionStage<Appended> taken =
        CompletableFuture.completedStage(Appended.LIVE_ONLY);

    @Override
    public CompletionStage<Appended> broadcastToChannel(
        ChannelName channel, byte[] envelope, @Nullable String idempotencyKey) {
      check(envelope);
      if (failing) {
        return CompletableFuture.failedStage(new IllegalStateException("down"));
      }
      targets.add(channel.text());
      keys.add(String.valueOf(idempotencyKey));
      envelopes.add(envelope);
      return taken;
    }

    private static void check(byte[] envelope) {
      if (EnvelopeReader.typeOf(envelope) == null) {
        throw new IllegalArgumentException("envelope: none");
      }
    }

    @Override
    public CompletionStage<Posted> broadcastToUser(
        String userId, byte[] envelope, boolean keep, @Nullable String idempotencyKey) {
      check(envelope);
      if (failing) {
        return CompletableFuture.failedStage(new IllegalStateException("down"));
      }
      targets.add("user " + userId);
      kept.add(keep);
      keys.add(String.valueOf(idempotencyKey));
      envelopes.add(envelope);
      return taken.thenApply(appended -> new Posted(appended, 2));
    }
  }

  private HttpResponse<String> revoke(String body) throws Exception {
    return send(post("/revocations", body.getBytes(StandardCharsets.UTF_8), "application/json"));
  }
}
