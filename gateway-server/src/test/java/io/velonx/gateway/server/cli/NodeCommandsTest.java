package io.velonx.gateway.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.server.api.Problem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that ask a node, and those that explain what it says. */
class NodeCommandsTest {
  private static final String STATS =
      "{'node':{'name':'n1','ready':true,'uptimeSeconds':3723},'machinery':{'java':'25',"
          + "'transport':'epoll','collector':'G1'},'connections':{'total':1200,'users':7},"
          + "'channels':3,'subscriptions':9,'backplane':{'state':'up'},"
          + "'limits':{'sockets':1200,'maxConnections':5000,'overload':null,"
          + "'eventLoopLagMillisP99':2,'eventLoopLagMillisMax':5},"
          + "'counters':{'gateway.fanout.deliveries':5000,'gateway.commands.received':12}}";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final StubNode node;
  private InputStream in = InputStream.nullInputStream();
  private boolean terminal;

  NodeCommandsTest() throws IOException {
    node = new StubNode();
  }

  @AfterEach
  void close() {
    node.close();
  }

  @Test
  void listsAreTablesAndSayThatThereIsMore() {
    node.with("GET /users?limit=2", "{\"users\":[\"ada\",\"bob\"]}");
    assertEquals(0, execute("users", "--limit=2", node.url()));
    assertEquals("USER\nada\nbob\n", out.toString());
    assertTrue(err.toString().contains("--after=bob"), err.toString());
  }

  @Test
  void allPagesAreFetchedOneAfterTheOther() throws IOException {
    StringBuilder page = new StringBuilder("{\"connections\":[");
    for (int i = 1; i <= 1000; i++) {
      page.append(i > 1 ? "," : "").append("{\"id\":").append(i).append(",\"user\":\"a b\"}");
    }
    node.with("GET /connections?limit=1000&user=a%20b", page.append("]}").toString());
    node.with(
        "GET /connections?limit=1000&user=a%20b&after=1000",
        "{\"connections\":[{\"id\":1001,\"user\":\"a b\"}]}");
    assertEquals(0, execute("connections", "--user=a b", "--all", "--json", node.url()));
    assertEquals(1001, json().path("connections").size());
    assertTrue(json().path("after").isNull());
  }

  @Test
  void channelsAreListedByPrefix() {
    node.with("GET /channels?limit=100&prefix=room%3A", "{\"channels\":[\"room:1\"]}");
    assertEquals(0, execute("channels", "room:", node.url()));
    assertEquals("CHANNEL\nroom:1\n", out.toString());
    assertEquals("", err.toString());
  }

  @Test
  void channelsTellWhatTheyCost() {
    node.with(
        "GET /channels?limit=1&sort=cpu",
        "{\"channels\":[\"room:1\"],\"costs\":[{\"channel\":\"room:1\",\"publications\":2,"
            + "\"deliveries\":40,\"octets\":6000,\"cpu\":0.875}]}");
    assertEquals(0, execute("channels", "--sort=cpu", "--limit=1", node.url()));
    List<String> lines = out.toString().lines().toList();
    assertTrue(
        lines.get(0).matches("CHANNEL +PUBLICATIONS +DELIVERIES +OCTETS +CPU"), lines.get(0));
    assertTrue(lines.get(1).matches("room:1 +2 +40 +6000 +87.5 %"), lines.get(1));
    assertEquals("", err.toString());
  }

  @Test
  void publishesToChannelsAndUsers() {
    node.with("POST /channels/room%3A1/publications", "{\"accepted\":true,\"offset\":7}");
    node.with("POST /users/a%7Cb/publications?keep=false", "{\"accepted\":true,\"nodes\":1}");
    assertEquals(0, execute("publish", "room:1", "X", "{\"n\":1}", "--key=k1", node.url()));
    in = new ByteArrayInputStream("{\"n\":2}".getBytes(StandardCharsets.UTF_8));
    assertEquals(0, execute("publish", "user:a|b", "Y", "-", "--no-keep", node.url()));
    assertEquals("published to room:1 offset 7\npublished to user:a|b\n", out.toString());
    assertEquals(
        List.of(
            "POST /channels/room%3A1/publications {\"type\":\"X\",\"payload\":{\"n\":1}} k1",
            "POST /users/a%7Cb/publications?keep=false {\"type\":\"Y\",\"payload\":{\"n\":2}}"),
        node.asked);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"publish lobby X", "publish room:1 X [1]", "publish room:1 X {", "tail x"})
  void nothingIsAskedForWhatCannotBe(String words) {
    assertEquals(2, execute(words.split(" ", -1)));
    assertTrue(err.toString().contains("expected: "), err.toString());
    assertEquals(List.of(), node.asked);
  }

  @Test
  void refusalAndSilenceAreTold() {
    assertEquals(1, execute("publish", "room:1", "X", node.url()));
    assertTrue(err.toString().contains("answered 404 {\"code\":\"NOT_FOUND\"}"), err.toString());
    assertEquals(3, execute("users", "--admin-port=1"));
    assertTrue(
        err.toString().contains("http://127.0.0.1:1, admin.host, admin.port"), err.toString());
    assertEquals(3, execute("top", "--url=http://127.0.0.1:1"));
    assertEquals(3, execute("tail", "room:1", "--token=t", "--url=http://127.0.0.1:1"));
    assertEquals(2, execute("tail", "room:1"));
    assertTrue(err.toString().contains("token.secret: not set"), err.toString());
  }

  @Test
  void topShowsAScreenOrJson() throws IOException {
    node.with("GET /stats", STATS.replace('\'', '"'))
        .with("GET /metrics.json", "{\"gateway.fanout.queued.bytes\":64}");
    assertEquals(0, execute("top", "--once", node.url()));
    String screen = out.toString();
    assertTrue(screen.startsWith("n1  ready  bus up  up 1:02:03  epoll\n"), screen);
    assertTrue(screen.contains("connections 1,200  users 7"), screen);
    assertTrue(screen.matches("(?s).*fanout\\.deliveries +0 +5,000\\n.*"), screen);
    out.getBuffer().setLength(0);
    assertEquals(0, execute("top", "--once", "--json", node.url()));
    assertEquals(0, json().at("/perSecond/gateway.commands.received").asInt(-1));
    assertEquals(1, out.toString().lines().count());
  }

  @Test
  void coloursAreForTerminalsOnly() {
    assertEquals(0, execute("explain", "4101"));
    assertFalse(out.toString().contains("\u001b"));
    terminal = true;
    assertEquals(0, execute("explain", "4101"));
    assertTrue(out.toString().contains("\u001b[1m4101 SLOW_CONSUMER\u001b[0m"), out.toString());
    assertEquals(
        "A  B\n\u001b[31mx\u001b[0m  y\n",
        new Table("A", "B").row("\u001b[31mx\u001b[0m", "y").toString());
  }

  @Test
  void everyCodeIsExplained() throws IOException {
    for (CloseReason reason : CloseReason.values()) {
      assertEquals(0, execute("explain", Integer.toString(reason.code())));
      assertTrue(out.toString().contains(reason.text()), reason.name());
    }
    for (ErrorCode code : ErrorCode.values()) {
      assertEquals(0, execute("explain", code.name()));
    }
    for (Problem problem : Problem.values()) {
      assertEquals(0, execute("explain", Integer.toString(problem.status())));
      assertTrue(out.toString().contains(problem.title()), problem.name());
    }
    assertEquals(0, execute("explain", "slow-consumer"));
    out.getBuffer().setLength(0);
    assertEquals(0, execute("explain", "--json"));
    json()
        .path("codes")
        .forEach(
            entry ->
                List.of("kind", "code", "name", "meaning", "client", "operator")
                    .forEach(member -> assertFalse(entry.path(member).asText().isEmpty(), member)));
    assertEquals(2, execute("explain", "9999"));
  }

  @Test
  void doctorSaysWhatToDo() throws IOException {
    node.with("GET /stats", STATS.replace('\'', '"'));
    String[] words = {"doctor", "--token-secret=s", node.url(), "--json"};
    assertEquals(0, execute(words));
    Map<String, String> levels = levels();
    assertEquals("WARN", levels.get("redis.url"));
    assertEquals("WARN", levels.get("origins.allowed"));
    assertEquals("OK", levels.get("node"));
    assertEquals("OK", levels.get("node machinery"));
    assertTrue(
        levels.containsKey("descriptors") && levels.containsKey("backlog"), levels.toString());
  }

  @Test
  void doctorFailsForWhatCannotWork() throws IOException {
    assertEquals(
        1,
        execute(
            "doctor",
            "--redis-url=redis://127.0.0.1:1",
            "--admin-host=0.0.0.0",
            "--history-keep=off",
            "--url=http://127.0.0.1:1",
            "--json"));
    Map<String, String> levels = levels();
    assertEquals("FAIL", levels.get("redis"));
    assertEquals("FAIL", levels.get("token.secret"));
    assertEquals("FAIL", levels.get("api.keys"));
    assertEquals("WARN", levels.get("history.keep"));
    assertEquals("WARN", levels.get("node"));
    out.getBuffer().setLength(0);
    assertEquals(1, execute("doctor", "--url=http://127.0.0.1:1"));
    assertTrue(out.toString().contains("-> set NEXTAUTH_SECRET"), out.toString());
  }

  @Test
  void completionKnowsEveryCommandAndFlag() {
    assertEquals(0, execute("completion", "bash"));
    String script = out.toString();
    for (String word : List.of("connections", "doctor", "--redis-url", "complete -F")) {
      assertTrue(script.contains(word), word);
    }
    out.getBuffer().setLength(0);
    assertEquals(0, execute("completion", "zsh"));
    assertTrue(out.toString().startsWith("autoload -U +X compinit"), "compinit first");
    assertEquals(2, execute("completion", "fish"));
  }

  private Map<String, String> levels() throws IOException {
    Map<String, String> levels = new TreeMap<>();
    json()
        .path("findings")
        .forEach(
            finding -> levels.put(finding.path("what").asText(), finding.path("level").asText()));
    return levels;
  }

  private int execute(String... words) {
    return Main.execute(
        new Console(Map.of(), in, new PrintWriter(out), new PrintWriter(err), terminal), words);
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(out.toString());
  }
}
