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
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The shipped files of {@code scripts/deploy}, run by the programs they are for. */
@Timeout(240)
class ProxyRecipesIT {
  private static final String SECRET = "a secret of the platform";
  private static final Map<String, String> WITH_SECRET = Map.of("NEXTAUTH_SECRET", SECRET);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();

  @ParameterizedTest
  @EnumSource
  void clientsComeThroughUnderTheirOwnAddressAndLeaveANodeThatDrains(Proxy proxy) throws Exception {
    RequiredTool.require(proxy.program);
    try (NodeProcess one = startNode();
        NodeProcess two = startNode()) {
      int port = freePort();
      DeployRecipes.fit(folder, port, List.of(one.port(), two.port()));
      Path output = folder.resolve("output");
      Process process =
          new ProcessBuilder(proxy.command(folder))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> get(port, "/ready") == 200);
        try (WsClient page = WsClient.open(port, token("anna"))) {
          page.subscribe("room:lobby");
          page.command("{'type':'CHAT_MESSAGE','payload':{'roomId':'lobby','content':'hello'}}");
          assertEquals("hello", page.expect("CHAT_MESSAGE").at("/payload/content").asText());

          boolean onOne = connections(one) == 1;
          NodeProcess left = onOne ? one : two;
          NodeProcess other = onOne ? two : one;
          assertEquals(1, connections(left));
          post(left, "/drain");
          assertEquals(4200, page.closeCode());
          if (proxy == Proxy.HAPROXY) {
            String down = "Server gateways/node-" + (onOne ? 1 : 2) + " is DOWN";
            await().atMost(PATIENCE).until(() -> Files.readString(output).contains(down));
          }
          // All of them find the other node, and the limit by address knows them apart.
          List<Socket> sockets = new ArrayList<>();
          try {
            for (int lastOctet : List.of(2, 3, 4)) {
              Socket socket = socketFrom(lastOctet, port);
              sockets.add(socket);
              assertEquals("HTTP/1.1 101", upgrade(socket, "u" + lastOctet), proxy.name());
            }
            Socket second = socketFrom(4, port);
            sockets.add(second);
            assertEquals("HTTP/1.1 429", upgrade(second, "u5"), proxy.name());
            assertEquals(3, connections(other));
            assertEquals(0, connections(left));
          } finally {
            for (Socket socket : sockets) {
              socket.close();
            }
          }
        }
        await().atMost(PATIENCE).until(() -> Files.readString(output).contains("/community/ws"));
        assertFalse(Files.readString(output).contains("token="), "a token in the proxy's log");
      } finally {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      }
    }
  }

  @Test
  void commandsOfThePageSucceed() throws Exception {
    try (NodeProcess node = startNode()) {
      DeployRecipes.fit(folder, freePort(), List.of(3000, 3000));
      await().atMost(PATIENCE).until(() -> get(node.port(), "/ready") == 200);
      int run = 0;
      for (String command : DeployRecipes.commands()) {
        if (command.startsWith("scripts/gateway ")) {
          String words =
              command
                  .substring("scripts/gateway ".length())
                  .replace(":3000", ":" + node.port())
                  .replace(":3001", ":" + node.adminPort());
          try (NodeProcess tool = NodeProcess.launch(WITH_SECRET, words.split(" ", -1))) {
            assertEquals(0, tool.exitCode(), command + ": " + tool.output());
          }
          run++;
        } else if (!command.startsWith("sudo ") && !command.startsWith("kubectl ")) {
          RequiredTool.require(command.substring(0, command.indexOf(' ')));
          assertRuns(
              "bash",
              "-c",
              command
                  .replace("$PWD/scripts/deploy", folder.toString())
                  .replace("scripts/deploy", folder.toString()));
          run++;
        }
      }
      assertEquals(8, run);
    }
  }

  @Test
  void javaTakesTheFlagsOfTheContainerAndTheUnit() throws Exception {
    for (List<String> words :
        List.of(DeployRecipes.javaWordsOfContainer(), DeployRecipes.javaWordsOfUnit())) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
      for (String word : words.subList(0, words.indexOf("-jar"))) {
        int since = word.startsWith("--sun") ? 24 : word.contains("CompactObject") ? 25 : 0;
        if (Runtime.version().feature() >= since) {
          command.add(word);
        }
      }
      command.addAll(List.of("-jar", System.getProperty("gateway.jar", ""), "--version"));
      assertRuns(command.toArray(String[]::new));
    }
  }

  private static NodeProcess startNode() throws IOException {
    return NodeProcess.start(
        WITH_SECRET,
        "run",
        "--listen-port=0",
        "--admin-port=0",
        "--publishing-clients=relay",
        "--limits-connections-per-address=1",
        "--listen-trusted-proxies=127.0.0.1",
        "--ready-when-degraded=true");
  }

  private static void assertRuns(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output;
    try (BufferedReader reader = process.inputReader()) {
      output = String.join("\n", reader.lines().toList());
    }
    assertEquals(0, process.waitFor(), String.join(" ", command) + ": " + output);
  }

  /** A client of that address; 127.0.0.0/8 belongs to this machine on Linux alone. */
  private static Socket socketFrom(int lastOctet, int port) throws IOException {
    Socket socket = new Socket();
    byte[] address = {127, 0, 0, (byte) lastOctet};
    socket.bind(new InetSocketAddress(InetAddress.getByAddress(address), 0));
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  /** Asks for a WebSocket, with a lie about the address. */
  private static String upgrade(Socket socket, String user) throws IOException {
    String request =
        "GET /api/community/ws?token="
            + token(user)
            + " HTTP/1.1\r\nHost: gateway.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "X-Forwarded-For: 203.0.113.9\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    String line =
        new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
            .readLine();
    assertTrue(line != null && line.length() >= 12, "no answer");
    return line.substring(0, 12);
  }

  private int get(int port, String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()).statusCode();
  }

  private int connections(NodeProcess node) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + node.adminPort() + "/stats");
    JsonNode stats =
        new ObjectMapper()
            .readTree(
                http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body());
    return stats.at("/connections/total").asInt(-1);
  }

  private void post(NodeProcess node, String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + node.adminPort() + path);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{}"))
            .build();
    assertEquals(2, http.send(request, BodyHandlers.discarding()).statusCode() / 100);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String token(String userId) {
    return new TokenMint(new HmacSecret(SECRET), JwtAlgorithm.HS256, null, null, Clock.systemUTC())
        .mint(userId, null, null, Duration.ofHours(1));
  }

  /** A program, and how it is started in the foreground. */
  private enum Proxy {
    HAPROXY("haproxy"),
    NGINX("nginx");

    private final String program;

    Proxy(String program) {
      this.program = program;
    }

    private List<String> command(Path folder) {
      return switch (this) {
        case HAPROXY -> List.of(program, "-db", "-f", folder.resolve("haproxy.cfg").toString());
        case NGINX ->
            List.of(program, "-g", "daemon off;", "-c", folder.resolve("nginx.conf").toString());
      };
    }
  }
}
