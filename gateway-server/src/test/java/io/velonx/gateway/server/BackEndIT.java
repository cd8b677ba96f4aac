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
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real process with the example of a back end behind it, and its HTTP interface. */
@Timeout(120)
class BackEndIT {
  private static final String SECRET = "a secret of the platform";
  private static final String HOOK_SECRET = "a secret of the hooks";
  private static final Path EXAMPLE = Path.of("..", "scripts", "example-backend", "server.mjs");

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void exampleDecidesKeepsAndIsTold(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("messages.jsonl");
    try (Example example = new Example(file);
        NodeProcess node = start(example.port());
        WsClient anna = WsClient.open(node.port(), token("anna"));
        WsClient bert = WsClient.open(node.port(), token("bert"))) {
      anna.subscribe("room:a");
      bert.subscribe("room:a");
      anna.subscribe("room:private-anna");
      bert.command("{'type':'SUBSCRIBE','id':'s','payload':{'roomId':'private-anna'}}");
      assertEquals("FORBIDDEN", bert.expect("ERROR").path("payload").path("code").asText());

      String say =
          "{'type':'CHAT_MESSAGE','id':'1','payload':{'roomId':'a','content':'hello',"
              + "'clientMessageId':'c1'}}";
      anna.command(say);
      String id = anna.expect("ACK").path("payload").path("messageId").asText();
      JsonNode heard = bert.expect("CHAT_MESSAGE").path("payload");
      assertEquals(id, heard.path("id").asText());
      assertEquals("anna", heard.path("authorId").asText());
      assertTrue(Files.readString(file).contains(id), "kept before it was heard");

      anna.command(say);
      assertEquals(id, anna.expect("ACK").path("payload").path("messageId").asText());
      assertEquals(1, Files.readAllLines(file).size());

      anna.command("{'type':'CHAT_MESSAGE','id':'2','payload':{'roomId':'a','content':'spam'}}");
      assertEquals(
          "content: no spam here", anna.expect("ERROR").path("payload").path("error").asText());
      bert.command(
          "{'type':'MESSAGE_DELETE','id':'3','payload':{'roomId':'a','messageId':'" + id + "'}}");
      assertTrue(bert.expect("ERROR").toString().contains("only the author"));
      anna.command(
          "{'type':'MESSAGE_EDIT','id':'4','payload':{'roomId':'a','messageId':'"
              + id
              + "','content':'hi'}}");
      assertEquals("hi", bert.expect("MESSAGE_EDIT").path("payload").path("content").asText());
      await().until(() -> example.output.contains("event member_joined anna room:a"));
      await().until(() -> example.output.contains("event channel_occupied room:a"));
    }
  }

  @Test
  void exampleRefusesWhatTheGatewayDidNotSign(@TempDir Path folder) throws Exception {
    try (Example example = new Example(folder.resolve("messages.jsonl"))) {
      URI url = URI.create("http://127.0.0.1:" + example.port() + "/hooks");
      for (String signature : List.of("", "v1=00", "v1=" + "0".repeat(64))) {
        HttpRequest request =
            HttpRequest.newBuilder(url)
                .header("X-Velonx-Timestamp", "" + Clock.systemUTC().millis() / 1000)
                .header("X-Velonx-Signature", signature)
                .POST(BodyPublishers.ofString("{\"hook\":\"events\",\"events\":[]}"))
                .build();
        assertEquals(401, http.send(request, BodyHandlers.ofString()).statusCode());
      }
    }
  }

  @Test
  void keysOpenTheInterfaceAndUsersAreListedTakenOutAndKicked() throws Exception {
    String hash =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest("the key".getBytes(StandardCharsets.UTF_8)));
    try (NodeProcess node =
            NodeProcess.start(
                Map.of("NEXTAUTH_SECRET", SECRET, "GATEWAY_API_KEYS", "shop:admin:" + hash),
                "run",
                "--listen-port=0",
                "--admin-port=0");
        WsClient anna = WsClient.open(node.port(), token("anna"));
        WsClient bert = WsClient.open(node.port(), token("bert"))) {
      assertEquals(401, ask(node, "wrong", "GET", "/users").statusCode());
      anna.subscribe("room:a");
      bert.subscribe("room:a");
      assertEquals("{\"users\":[\"anna\",\"bert\"]}", ask(node, "the key", "GET", "/users").body());
      assertEquals(
          "{\"users\":[\"bert\"]}",
          ask(node, "the key", "GET", "/users?limit=1&after=anna").body());
      assertEquals("{\"users\":[\"bert\"]}", ask(node, "the key", "GET", "/users?prefix=b").body());
      assertEquals(
          "{\"channels\":[\"room:a\"]}",
          ask(node, "the key", "GET", "/channels?prefix=room:").body());
      String costs = ask(node, "the key", "GET", "/channels?sort=cpu&prefix=room:&limit=1").body();
      assertTrue(
          costs.startsWith("{\"channels\":[\"room:a\"],\"costs\":[{\"channel\":\"room:a\","),
          costs);
      assertEquals(400, ask(node, "the key", "GET", "/channels?sort=size").statusCode());
      assertEquals(
          400, ask(node, "the key", "GET", "/channels?sort=octets&after=room:a").statusCode());
      JsonNode connection =
          new ObjectMapper()
              .readTree(ask(node, "the key", "GET", "/connections?user=anna").body())
              .path("connections")
              .path(0);
      String one = ask(node, "the key", "GET", "/connections/" + connection.path("id")).body();
      assertTrue(one.contains("\"user\":\"anna\",\"channels\":[\"room:a\"]"), one);

      assertEquals(
          "{\"nodes\":1}", ask(node, "the key", "DELETE", "/users/anna/channels/room:a").body());
      assertTrue(anna.expect("ERROR").toString().contains("took you out of room:a"));
      assertFalse(anna.isClosed());
      ask(node, "the key", "DELETE", "/users/bert/connections");
      assertEquals(4003, bert.closeCode());
      ask(node, "the key", "DELETE", "/connections/" + connection.path("id"));
      assertEquals(4003, anna.closeCode());
      await().until(() -> node.output().contains("who=shop"));
      assertFalse(node.output().contains("the key"));
    }
  }

  @Test
  void nodeThatIsToAskNobodyKnowsWhomDoesNotStart() throws Exception {
    try (NodeProcess node =
        NodeProcess.launch(
            Map.of("NEXTAUTH_SECRET", SECRET),
            "run",
            "--listen-port=0",
            "--admin-port=0",
            "--authorization-subscribe=hook")) {
      assertTrue(node.exitCode() != 0);
      assertTrue(node.output().contains("hooks.url"), node.output());
    }
  }

  private HttpResponse<String> ask(NodeProcess node, String key, String method, String path)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.adminPort() + path))
            .header("Authorization", "Bearer " + key)
            .method(method, BodyPublishers.noBody())
            .build(),
        BodyHandlers.ofString());
  }

  private static NodeProcess start(int hookPort) throws IOException {
    return NodeProcess.start(
        Map.of(
            "NEXTAUTH_SECRET",
            SECRET,
            "GATEWAY_HOOKS_URL",
            "http://127.0.0.1:" + hookPort + "/hooks",
            "GATEWAY_HOOKS_SECRET",
            HOOK_SECRET,
            "GATEWAY_HOOKS_EVENTS",
            "all",
            "GATEWAY_AUTHORIZATION_SUBSCRIBE",
            "hook",
            "GATEWAY_PUBLISHING_CLIENTS",
            "hook"),
        "run",
        "--listen-port=0",
        "--admin-port=0");
  }

  private static String token(String userId) {
    return new TokenMint(new HmacSecret(SECRET), JwtAlgorithm.HS256, null, null, Clock.systemUTC())
        .mint(userId, null, null, Duration.ofHours(1));
  }

  /** The example as a process of its own, on a port the system chooses. */
  private static final class Example implements AutoCloseable {
    private static final String LISTENING = "listening port=";

    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();

    Example(Path file) throws IOException {
      ProcessBuilder builder =
          new ProcessBuilder(
                  RequiredTool.require("node").toString(),
                  EXAMPLE.toString(),
                  "--port",
                  "0",
                  "--file",
                  file.toString())
              .redirectErrorStream(true);
      builder.environment().put("HOOK_SECRET", HOOK_SECRET);
      builder.environment().put("NEXTAUTH_SECRET", SECRET);
      process = builder.start();
      Thread reader = new Thread(this::collect, "output of the example");
      reader.setDaemon(true);
      reader.start();
      await().until(() -> output.stream().anyMatch(line -> line.startsWith(LISTENING)));
    }

    int port() {
      String line =
          output.stream().filter(each -> each.startsWith(LISTENING)).findFirst().orElseThrow();
      return Integer.parseInt(line.substring(LISTENING.length()));
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }

    private void collect() {
      try (BufferedReader lines = process.inputReader()) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          output.add(line);
        }
      } catch (IOException ended) {
        // So has the process.
      }
    }
  }
}
