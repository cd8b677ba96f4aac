package io.velonx.gateway.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.WsClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real process: the jar, its arguments, its variables and its signals. */
class GatewayProcessIT {
  private static final String SECRET = "a secret of the platform";
  private static final Map<String, String> WITH_SECRET = Map.of("NEXTAUTH_SECRET", SECRET);
  private static final String[] ANY_PORTS = {"run", "--listen-port=0", "--admin-port=0"};

  private final HttpClient http = HttpClient.newHttpClient();

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void signalSendsClientsElsewhereAndEndsWith0InsideTheDeadline(String signal) throws Exception {
    try (NodeProcess node =
        NodeProcess.start(
            WITH_SECRET, "run", "--listen-port=0", "--admin-port=0", "--drain-deadline=10s")) {
      List<WsClient> clients = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        WsClient client = WsClient.open(node.port(), token("u" + i));
        client.command("{'type':'SUBSCRIBE','payload':{'roomId':'lobby'}}");
        clients.add(client);
      }
      long start = System.nanoTime();
      node.signal(signal);
      assertEquals(0, node.exitCode(), node.output());
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, took.toString());
      for (WsClient client : clients) {
        assertEquals(4200, client.closeCode());
        client.close();
      }
    }
  }

  @Test
  void clientThatNeverAnswersDoesNotHoldTheProcessPastItsDeadline() throws Exception {
    try (NodeProcess node =
        NodeProcess.start(
            WITH_SECRET,
            "run",
            "--listen-port=0",
            "--admin-port=0",
            "--drain-deadline=3s",
            "--timeouts-close=1h")) {
      try (Socket mute = upgradedSocket(node.port())) {
        long start = System.nanoTime();
        node.signal("TERM");
        assertEquals(0, node.exitCode(), node.output());
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(took.compareTo(Duration.ofMillis(3_500)) < 0, took.toString());
        assertTrue(mute.isConnected());
      }
    }
  }

  @Test
  void secondSignalEndsTheProcessAtOnce() throws Exception {
    try (NodeProcess node =
        NodeProcess.start(
            WITH_SECRET,
            "run",
            "--listen-port=0",
            "--admin-port=0",
            "--drain-deadline=1h",
            "--timeouts-close=1h")) {
      try (Socket mute = upgradedSocket(node.port())) {
        node.signal("TERM");
        Awaitility.await().until(() -> node.output().contains("stopping signal=SIGTERM"));
        node.signal("TERM");
        assertEquals(143, node.exitCode());
        assertTrue(mute.isConnected());
      }
    }
  }

  @Test
  void drainingNodeRefusesNewcomersAndIsNotReady() throws Exception {
    try (NodeProcess node =
        NodeProcess.start(
            WITH_SECRET,
            "run",
            "--listen-port=0",
            "--admin-port=0",
            "--drain-deadline=20s",
            "--timeouts-close=1h")) {
      Awaitility.await().until(() -> get(node.port(), "/ready").statusCode() == 200);
      try (Socket mute = upgradedSocket(node.port())) {
        node.signal("TERM");
        Awaitility.await().until(() -> isRefused(node.port()));
        assertEquals(false, json(get(node.adminPort(), "/stats")).at("/node/ready").booleanValue());
        assertTrue(mute.isConnected());
      }
    }
  }

  @Test
  void drainCommandEmptiesANodeThatGoesOnRunningAndCanBeTakenBack() throws Exception {
    try (NodeProcess node = NodeProcess.start(WITH_SECRET, ANY_PORTS)) {
      Awaitility.await().until(() -> get(node.port(), "/ready").statusCode() == 200);
      try (WsClient page = WsClient.open(node.port(), token("u1"))) {
        String drained =
            command("drain", "--url=http://127.0.0.1:" + node.adminPort(), "--rate=10");
        assertTrue(drained.contains("drained: 0 of 1 connections left"), drained);
        assertTrue(page.expect("RECONNECT").at("/payload/delayMillis").intValue() < 1_000);
        assertEquals(4200, page.closeCode());
      }
      assertEquals(503, get(node.port(), "/ready").statusCode());
      assertEquals(503, WsClient.statusOf(node.port(), "/api/community/ws?token=" + token("u2")));
      String cancelled =
          command("drain", "--cancel", "--json", "--url=http://127.0.0.1:" + node.adminPort());
      assertTrue(cancelled.contains("\"state\" : \"serving\""), cancelled);
      assertEquals(200, get(node.port(), "/ready").statusCode());
      try (WsClient page = WsClient.open(node.port(), token("u1"))) {
        page.subscribe("room:lobby");
      }
    }
  }

  @Test
  void missingSecretServes401AndALoudWarning() throws Exception {
    try (NodeProcess node = NodeProcess.start(Map.of(), ANY_PORTS)) {
      assertEquals(401, WsClient.statusOf(node.port(), "/api/community/ws?token=" + token("u1")));
      assertTrue(node.output().contains("NO TOKEN SECRET IS SET"), node.output());
      assertEquals(200, get(node.port(), "/api/community/ws/health").statusCode());
    }
  }

  @Test
  void contractVariablesAreAllANodeNeeds() throws Exception {
    int port = freePort();
    try (RedisServer redis = RedisServer.start();
        NodeProcess node =
            NodeProcess.start(
                Map.of(
                    "NEXTAUTH_SECRET",
                    SECRET,
                    "PORT",
                    Integer.toString(port),
                    "HOSTNAME",
                    "3f2a9c-not-an-address",
                    "REDIS_URL",
                    redis.url()),
                "run",
                "--admin-port=0")) {
      assertEquals(port, node.port());
      Awaitility.await().until(() -> get(port, "/ready").statusCode() == 200);
      try (WsClient page = WsClient.open(port, token("u1"));
          RedisClient backEnd = redis.connect()) {
        page.subscribe("room:lobby");
        String envelope = "{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"n\":1.50}}";
        backEnd.publish("room:lobby", envelope.getBytes(StandardCharsets.UTF_8));
        page.expect("CHAT_MESSAGE");
        Awaitility.await().until(() -> backEnd.members("users:online").equals(Set.of("u1")));
        node.signal("TERM");
        assertEquals(0, node.exitCode(), node.output());
        assertEquals(Set.of(), backEnd.members("users:online"));
        assertEquals(Set.of(), backEnd.members("room:lobby:online"));
      }
      assertFalse(node.output().contains(SECRET), node.output());
    }
  }

  @Test
  void redisThatIsDownAtTheStartIsReportedAndTheNodeServes() throws Exception {
    try (NodeProcess node =
        NodeProcess.start(
            Map.of("NEXTAUTH_SECRET", SECRET, "REDIS_URL", "redis://:p4ssword@127.0.0.1:1"),
            ANY_PORTS)) {
      HttpResponse<String> health = get(node.port(), "/api/community/ws/health");
      assertEquals(200, health.statusCode());
      assertFalse(json(health).at("/data/pubsub/isHealthy").booleanValue());
      assertFalse(json(health).at("/data/pubsub/publisherConnected").booleanValue());
      assertTrue(json(health).at("/data/websocket/isHealthy").booleanValue());
      assertEquals(503, get(node.port(), "/ready").statusCode());
      assertEquals(200, get(node.port(), "/live").statusCode());
      WsClient.open(node.port(), token("u1")).close();
      assertFalse(node.output().contains("p4ssword"), node.output());
    }
  }

  @Test
  void healthHasExactlyTheMembersOfTheContract() throws Exception {
    try (NodeProcess node = NodeProcess.start(WITH_SECRET, ANY_PORTS);
        WsClient first = WsClient.open(node.port(), token("u1"));
        WsClient second = WsClient.open(node.port(), token("u1"))) {
      first.subscribe("room:a");
      first.subscribe("group:b");
      second.subscribe("room:a");
      JsonNode report = json(get(node.port(), "/api/community/ws/health"));
      assertEquals(
          Set.of(
              "/success",
              "/data/websocket/totalConnections",
              "/data/websocket/uniqueUsers",
              "/data/websocket/averageConnectionsPerUser",
              "/data/websocket/isHealthy",
              "/data/pubsub/isHealthy",
              "/data/pubsub/publisherConnected",
              "/data/pubsub/subscriberConnected",
              "/data/pubsub/subscribedChannels",
              "/data/pubsub/totalSubscriptions",
              "/data/timestamp"),
          paths("", report));
      assertEquals(2, report.at("/data/websocket/totalConnections").intValue());
      assertEquals(1, report.at("/data/websocket/uniqueUsers").intValue());
      assertEquals(2, report.at("/data/websocket/averageConnectionsPerUser").intValue());
      assertEquals(2, report.at("/data/pubsub/subscribedChannels").intValue());
      assertEquals(3, report.at("/data/pubsub/totalSubscriptions").intValue());
      assertTrue(
          report
              .at("/data/timestamp")
              .textValue()
              .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z"));
    }
  }

  @Test
  void adminPortPublishesToChannelsAndUsers() throws Exception {
    try (NodeProcess node = NodeProcess.start(WITH_SECRET, ANY_PORTS);
        WsClient page = WsClient.open(node.port(), token("u1"))) {
      page.subscribe("room:lobby");
      String envelope = "{ \"type\":\"POST_CREATED\",  \"payload\":{\"b\":1.50,\"a\":\"\\ud800\"}}";
      assertEquals(202, post(node.adminPort(), "/channels/room:lobby/publications", envelope));
      String received = page.nextBut("USER_JOINED");
      String unchanged = envelope.substring(0, envelope.length() - 1);
      assertTrue(received.startsWith(unchanged + ",\"offset\":1,\"epoch\":"), received);
      assertEquals(202, post(node.adminPort(), "/users/u1/publications", envelope));
      received = page.next();
      assertTrue(received.startsWith(unchanged + ",\"offset\":1,\"epoch\":"), received);
      assertEquals(202, post(node.adminPort(), "/users/u1/publications?keep=false", envelope));
      assertEquals(envelope, page.next());
      JsonNode stats = json(get(node.adminPort(), "/stats"));
      assertEquals(1, stats.at("/connections/total").intValue());
      assertEquals(1, stats.at("/channels").intValue());
      assertTrue(stats.at("/limits/sockets").intValue() >= 1, stats.toString());
      assertTrue(stats.at("/limits/overload").isNull(), stats.toString());
    }
  }

  @Test
  void unknownSettingStopsTheStartWithItsName() throws Exception {
    try (NodeProcess node = NodeProcess.launch(Map.of("GATEWAY_LISTEN_PROT", "4000"), ANY_PORTS)) {
      assertEquals(2, node.exitCode());
      assertTrue(
          node.output()
              .contains(
                  "error: GATEWAY_LISTEN_PROT: no such setting, in the environment; did you mean"
                      + " GATEWAY_LISTEN_PORT?"),
          node.output());
    }
  }

  @Test
  void fileIsReadAndAWrongValueInItStopsTheStart(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("g.yaml"), "drain: {deadline: soon}\n");
    try (NodeProcess node = NodeProcess.launch(Map.of(), "run", "--config=" + file)) {
      assertEquals(2, node.exitCode());
      assertTrue(
          node.output().contains("drain.deadline: \"soon\" from file " + file), node.output());
    }
  }

  @Test
  void takenPortIsSaidAndEndsWith1() throws Exception {
    try (ServerSocket taken = new ServerSocket(0);
        NodeProcess node =
            NodeProcess.launch(
                WITH_SECRET, "run", "--admin-port=0", "--listen-port=" + taken.getLocalPort())) {
      assertEquals(1, node.exitCode());
      assertTrue(node.output().contains("error: cannot listen on "), node.output());
    }
  }

  @Test
  void devPrintsAllThatIsNeededToChat() throws Exception {
    try (NodeProcess node =
        NodeProcess.start(WITH_SECRET, "dev", "--listen-port=0", "--admin-port=0")) {
      Awaitility.await().until(() -> node.output().contains("Ctrl-C stops."));
      Matcher address =
          Pattern.compile("ws://127\\.0\\.0\\.1:(\\d+)/api/community/ws\\?token=(\\S+)")
              .matcher(node.output());
      assertTrue(address.find(), node.output());
      assertEquals(node.port(), Integer.parseInt(address.group(1)));
      try (WsClient printed = WsClient.open(node.port(), address.group(2));
          WsClient named = WsClient.open(node.port(), demoToken(node, "Zo%C3%AB"))) {
        printed.subscribe("room:lobby");
        named.subscribe("room:lobby");
        printed.expect(
            envelope -> envelope.at("/payload/userName").asText().equals("Zoë"), "Zoë joining");
        named.command("{'type':'CHAT_MESSAGE','payload':{'roomId':'lobby','content':'hello'}}");
        JsonNode message = printed.expect("CHAT_MESSAGE").get("payload");
        assertEquals("hello", message.get("content").textValue());
        assertEquals("Zoë", message.get("authorName").textValue());
      }
      assertTrue(node.output().contains("http://127.0.0.1:" + node.port() + "/demo/"));
      assertTrue(node.output().contains("/channels/room:lobby/publications"));
    }
  }

  @Test
  void tokensAreNotGivenAwayOnAPortThatOthersCanReach() throws Exception {
    try (NodeProcess node =
        NodeProcess.start(
            Map.of(), "dev", "--listen-host=0.0.0.0", "--listen-port=0", "--admin-port=0")) {
      assertEquals(404, get(node.port(), "/demo/token/zoe").statusCode());
    }
    try (NodeProcess node =
        NodeProcess.start(
            WITH_SECRET,
            "run",
            "--listen-host=127.0.0.1",
            "--demo-enabled=true",
            "--listen-port=0",
            "--admin-port=0")) {
      assertEquals(404, get(node.port(), "/demo/token/zoe").statusCode());
    }
  }

  @Test
  void logIsJsonWhenAskedForAndNeverShowsTokens() throws Exception {
    try (NodeProcess node =
        NodeProcess.start(
            WITH_SECRET,
            "run",
            "--listen-port=0",
            "--admin-port=0",
            "--log-format=json",
            "--log-level=trace")) {
      String token = token("u1");
      WsClient.open(node.port(), token).close();
      WsClient.statusOf(node.port(), "/api/community/ws?token=" + token + "x");
      node.signal("TERM");
      assertEquals(0, node.exitCode());
      for (String line : node.output().split("\n", -1)) {
        assertTrue(new ObjectMapper().readTree(line).has("formattedMessage"), line);
      }
      assertFalse(node.output().contains(token.substring(0, token.indexOf('.', 25))));
    }
  }

  private static String token(String userId) {
    return new TokenMint(new HmacSecret(SECRET), JwtAlgorithm.HS256, null, null, Clock.systemUTC())
        .mint(userId, null, null, Duration.ofHours(1));
  }

  private String demoToken(NodeProcess node, String name) throws Exception {
    return json(get(node.port(), "/demo/token/" + name)).get("token").textValue();
  }

  /** A client that never reads and never answers. */
  private static Socket upgradedSocket(int port) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    socket
        .getOutputStream()
        .write(
            ("GET /api/community/ws?token="
                    + token("mute")
                    + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    String answer = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    assertEquals("HTTP/1.1 101", answer);
    return socket;
  }

  private static boolean isRefused(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return !socket.isConnected();
    } catch (IOException refused) {
      return true;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private HttpResponse<String> get(int port, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private int post(int port, String path, String body) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return http.send(
            HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString())
        .statusCode();
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return new ObjectMapper().readTree(response.body());
  }

  /** The pointer of every value. */
  private static Set<String> paths(String prefix, JsonNode node) {
    Set<String> paths = new TreeSet<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String path = prefix + "/" + field.getKey();
      if (field.getValue().isObject()) {
        paths.addAll(paths(path, field.getValue()));
      } else {
        paths.add(path);
      }
    }
    return paths;
  }

  /** What a command prints that must succeed. */
  private static String command(String... words) throws Exception {
    try (NodeProcess process = NodeProcess.launch(Map.of(), words)) {
      assertEquals(0, process.exitCode(), process.output());
      return process.output();
    }
  }
}
