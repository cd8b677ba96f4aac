package io.velonx.gateway.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.testing.WsClient;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an operator sees of the real process: its commands, its metrics, its log. */
@Timeout(180)
class OperatorIT {
  private static final String SECRET = "a-secret-of-the-platform";
  private static final String API_KEY = "an-api-key-of-the-shop";

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void commandsShowAndChangeARunningNode() throws Exception {
    Map<String, String> secret = Map.of("NEXTAUTH_SECRET", SECRET);
    try (NodeProcess node = NodeProcess.start(secret, "run", "--listen-port=0", "--admin-port=0");
        WsClient anna = WsClient.open(node.port(), token("anna"))) {
      anna.subscribe("room:lobby");
      String admin = "--admin-port=" + node.adminPort();
      assertTrue(command(secret, "channels", admin).contains("room:lobby"));
      assertTrue(command(secret, "users", admin, "--json").contains("\"anna\""));
      assertTrue(command(secret, "connections", admin).matches("(?s).*\\d+ +anna.*"));
      try (NodeProcess tail =
          NodeProcess.launch(secret, "tail", "room:lobby", "--listen-port=" + node.port())) {
        await()
            .atMost(NodeProcess.PATIENCE)
            .until(() -> tail.output().contains("listening to room:lobby"));
        assertTrue(
            command(secret, "publish", "room:lobby", "NOTICE", "{\"n\":1}", admin)
                .contains("published to room:lobby offset 1"));
        assertEquals(1, anna.expect("NOTICE").at("/payload/n").asInt());
        await()
            .atMost(NodeProcess.PATIENCE)
            .until(() -> tail.output().contains("\"NOTICE\",\"payload\":{\"n\":1}"));
      }
      JsonNode top = new ObjectMapper().readTree(command(secret, "top", "--once", "--json", admin));
      assertTrue(top.at("/connections/total").asInt() >= 1, top.toString());
      assertTrue(command(secret, "doctor", admin).contains("node machinery"));
      assertTrue(
          get(node.adminPort(), "/metrics", null).contains("gateway_history_appended_total 1.0"));
      command(secret, "kick", "anna", admin);
      assertEquals(4003, anna.closeCode());
    }
  }

  @Test
  void nothingSecretIsLoggedHoweverMuchIsLogged() throws Exception {
    String hash =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(API_KEY.getBytes(StandardCharsets.UTF_8)));
    Map<String, String> variables = new HashMap<>();
    variables.put("NEXTAUTH_SECRET", SECRET);
    variables.put("GATEWAY_API_KEYS", "shop:read+publish+admin:" + hash);
    variables.put("GATEWAY_API_KEY", API_KEY);
    variables.put("GATEWAY_ORIGINS_ALLOWED", "https://www.example.org");
    List<String> secrets = new ArrayList<>(List.of(SECRET, API_KEY, hash));
    try (NodeProcess node =
        NodeProcess.start(
            variables,
            "run",
            "--listen-port=0",
            "--admin-port=0",
            "--publishing-clients=relay",
            "--log-level=trace",
            "--log-format=json")) {
      String good = token("anna");
      String newer = token("anna");
      String bad = token("bert") + "tampered";
      secrets.addAll(List.of(good, newer, bad, parts(good), "tampered", "words-between-friends"));
      String admin = "--admin-port=" + node.adminPort();
      try (WsClient anna = WsClient.open(node.port(), good)) {
        anna.subscribe("room:lobby");
        anna.command(
            "{'type':'CHAT_MESSAGE','payload':{'roomId':'lobby','content':'words-between-friends'}}");
        anna.expect("CHAT_MESSAGE");
        anna.command("{'type':'REFRESH','id':'r','payload':{'token':'" + newer + "'}}");
        anna.expect("ACK");
        anna.command("{'type':'REFRESH','id':'r','payload':{'token':'" + bad + "'}}");
        anna.expect("ERROR");
        anna.command("no JSON: words-between-friends");
        anna.expect("ERROR");
        assertEquals(401, WsClient.statusOf(node.port(), "/api/community/ws?token=" + bad));
        upgrade(node.port(), "Authorization", "Bearer " + bad);
        upgrade(node.port(), "Cookie", "authjs.session-token=a.cookie.tampered");
        upgrade(node.port(), "Sec-WebSocket-Protocol", "bearer, " + bad);
        get(node.adminPort(), "/stats?key=tampered", "a-wrong-key-tampered");
        command(
            variables, "publish", "room:lobby", "X", "{\"m\":\"words-between-friends\"}", admin);
        command(variables, "publish", "user:anna", "X", "{\"m\":\"words-between-friends\"}", admin);
        command(variables, "kick", "anna", "--ban=1m", admin);
        assertEquals(4003, anna.closeCode());
        assertEquals(401, WsClient.statusOf(node.port(), "/api/community/ws?token=" + good));
      }
      await().until(() -> node.output().contains("connection ended id="));
      node.signal("TERM");
      assertEquals(0, node.exitCode());
      String log = node.output();
      for (String line : log.split("\n", -1)) {
        assertTrue(new ObjectMapper().readTree(line).has("formattedMessage"), line);
      }
      assertTrue(log.contains("connection opened id="), log);
      assertTrue(log.contains("user=anna"), log);
      assertTrue(log.contains("who=shop"), log);
      for (String secret : secrets) {
        assertFalse(log.contains(secret), () -> secret + " is in " + log);
      }
    }
  }

  /** The part of a token that makes it one. */
  private static String parts(String token) {
    return token.substring(token.lastIndexOf('.') + 1);
  }

  /** An upgrade with that header, which is refused. */
  private static void upgrade(int port, String header, String value) throws Exception {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              ("GET /api/community/ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
                      + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      + "Origin: https://www.example.org\r\n"
                      + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      + header
                      + ": "
                      + value
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      byte[] status = socket.getInputStream().readNBytes(12);
      assertEquals("HTTP/1.1 401", new String(status, StandardCharsets.US_ASCII));
    }
  }

  private String get(int port, String path, @Nullable String key) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    return http.send(request.build(), BodyHandlers.ofString()).body();
  }

  private static String token(String user) {
    return new TokenMint(new HmacSecret(SECRET), JwtAlgorithm.HS256, null, null, Clock.systemUTC())
        .mint(user, null, null, Duration.ofHours(1));
  }

  /** What a command prints that must succeed. */
  private static String command(Map<String, String> variables, String... words) throws Exception {
    try (NodeProcess process = NodeProcess.launch(variables, words)) {
      assertEquals(0, process.exitCode(), () -> Arrays.toString(words) + process.output());
      return process.output();
    }
  }
}
