package io.velonx.gateway.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.auth.SessionVectors;
import io.velonx.gateway.server.TokenMint;
import io.velonx.gateway.server.config.Setting;
import io.velonx.gateway.server.config.Settings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
  private final Map<String, String> environment = new LinkedHashMap<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private InputStream in = InputStream.nullInputStream();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dev",
        "run",
        "config",
        "config show",
        "config check",
        "token",
        "token mint",
        "token inspect",
        "kick",
        "stats",
        "health",
        "drain",
        "top",
        "connections",
        "channels",
        "users",
        "publish",
        "tail",
        "doctor",
        "explain",
        "completion"
      })
  void everyCommandExplainsItselfAndItsExitCodes(String command) {
    String[] words = (command + " --help").strip().split(" ", -1);
    assertEquals(0, execute(words));
    assertTrue(out.toString().contains("Usage: gateway " + command), out.toString());
    assertTrue(out.toString().contains("Exit codes:"), out.toString());
  }

  @Test
  void helpOfRunListsEverySettingWithItsDefault() {
    execute("run", "--help");
    String help = out.toString();
    for (Setting<?> setting : Settings.ALL) {
      assertTrue(help.contains(setting.flag() + "="), setting.flag());
    }
    assertTrue(help.contains("Default: 64KiB."), help);
  }

  @Test
  void versionNamesTheGatewayAndTheJvm() {
    assertEquals(0, execute("--version"));
    assertTrue(out.toString().matches("(?s)velonx-gateway \\d.*, Java \\d.*"), out.toString());
  }

  @Test
  void missingAndUnknownCommandsAreUsageErrors() {
    assertEquals(2, execute());
    assertEquals(2, execute("fly"));
    assertEquals(2, execute("token"));
    assertEquals(2, execute("config"));
    assertEquals(2, execute("token", "mint"));
  }

  @Test
  void misspeltFlagIsAUsageErrorWithAHint() {
    assertEquals(2, execute("config", "check", "--redis-ulr=redis://h"));
    assertTrue(err.toString().contains("--redis-url"), err.toString());
  }

  @Test
  void configShowPrintsValuesAndWhereTheyCameFrom() {
    environment.put("NEXTAUTH_SECRET", "s3cret");
    assertEquals(0, execute("config", "show", "--listen-port=4000"));
    String table = out.toString();
    assertTrue(table.contains("SETTING "), table);
    assertTrue(table.matches("(?s).*listen\\.port +4000 +flag --listen-port\\n.*"), table);
    assertTrue(table.matches("(?s).*token\\.secret +\\*{8} +variable NEXTAUTH_SECRET\\n.*"), table);
    assertFalse(table.contains("s3cret"), table);
  }

  @Test
  void configShowPrintsJsonForPrograms() throws IOException {
    environment.put("NEXTAUTH_SECRET", "s3cret");
    assertEquals(0, execute("config", "show", "--json"));
    JsonNode settings = json().get("settings");
    assertEquals(Settings.ALL.size(), settings.size());
    assertEquals("listen.host", settings.get(0).get("name").textValue());
    assertTrue(settings.get(0).get("value").isNull());
    assertEquals("3000", settings.get(1).get("value").textValue());
    assertEquals("default", settings.get(1).get("from").textValue());
    assertFalse(out.toString().contains("s3cret"));
  }

  @Test
  void configCheckWarnsOfWhatIsMissing() throws IOException {
    assertEquals(0, execute("config", "check", "--json"));
    assertTrue(json().get("valid").booleanValue());
    assertEquals(2, json().get("warnings").size());
  }

  @Test
  void configCheckFailsForWrongSettingsAndNamesThem() {
    environment.put("GATEWAY_LISTEN_PROT", "1");
    assertEquals(2, execute("config", "check", "--log-level=loud"));
    assertTrue(err.toString().contains("error: GATEWAY_LISTEN_PROT: no such setting"));
    assertTrue(err.toString().contains("error: log.level: \"loud\" from flag --log-level"));
    assertEquals("", out.toString());
  }

  @Test
  void configCheckTellsProgramsOfProblemsInJson() throws IOException {
    assertEquals(2, execute("config", "check", "--json", "--log-level=loud"));
    assertFalse(json().get("valid").booleanValue());
    assertEquals(1, json().get("problems").size());
  }

  @Test
  void mintedTokenIsAcceptedByInspect() throws IOException {
    environment.put("NEXTAUTH_SECRET", "s3cret");
    assertEquals(0, execute("token", "mint", "--sub=u1", "--name=Zoë"));
    String token = out.toString().strip();
    out.getBuffer().setLength(0);
    assertEquals(0, execute("token", "inspect", token));
    assertTrue(out.toString().endsWith("accepted\n"), out.toString());
    out.getBuffer().setLength(0);
    in = new ByteArrayInputStream((token + "\n").getBytes(StandardCharsets.UTF_8));
    assertEquals(0, execute("token", "inspect", "-", "--json"));
    assertTrue(json().get("accepted").booleanValue());
    assertEquals("Zoë", json().at("/claims/name").textValue());
  }

  @Test
  void mintPrintsJsonForPrograms() throws IOException {
    assertEquals(
        0,
        execute(
            "token", "mint", "--sub=u1", "--token-secret=s", "--token-algorithms=HS512", "--json"));
    assertEquals("u1", json().get("userId").textValue());
  }

  @Test
  void mintNeedsASecretAndAGoodUserId() {
    assertEquals(2, execute("token", "mint", "--sub=u1"));
    assertTrue(err.toString().contains("token.secret: not set"), err.toString());
    assertEquals(2, execute("token", "mint", "--sub=u 1", "--token-secret=s"));
    assertTrue(err.toString().contains("--sub: \"u 1\""), err.toString());
  }

  @Test
  void inspectSaysOfEveryCheckWhetherItPasses() throws IOException {
    Clock lastYear = Clock.fixed(Instant.now().minus(Duration.ofDays(365)), ZoneOffset.UTC);
    String expired =
        new TokenMint(new HmacSecret("other"), JwtAlgorithm.HS384, null, null, lastYear)
            .mint("u1", null, null, Duration.ofHours(1));
    assertEquals(
        1,
        execute(
            "token",
            "inspect",
            expired,
            "--json",
            "--token-secret=s3cret",
            "--token-algorithms=HS256",
            "--token-issuer=velonx"));
    Map<String, Boolean> results = new LinkedHashMap<>();
    json()
        .get("checks")
        .forEach(
            check ->
                results.put(check.get("name").textValue(), check.get("passed").booleanValue()));
    assertEquals(
        Map.of(
            "form", true,
            "algorithm", false,
            "header", true,
            "signature", false,
            "exp", false,
            "nbf", true,
            "sub", true,
            "iss", false),
        results);
    assertFalse(json().get("accepted").booleanValue());
  }

  @Test
  void inspectRefusesWhatIsNoToken() {
    assertEquals(1, execute("token", "inspect", "nonsense", "--token-secret=s"));
    assertTrue(out.toString().contains("refused: not a signed token"), out.toString());
    assertEquals(1, execute("token", "inspect", "nonsense"));
  }

  @Test
  void inspectReadsSessionCookies() throws IOException {
    String secret = "--token-secret=" + vector("v5-dev-cookie").get("secret").asText();
    String allowed = "--origins-allowed=https://www.example.org";
    for (String good : List.of("v5-dev-cookie", "v5-secure-cookie-chunked", "v4-dev-cookie")) {
      String cookies = "theme=dark; " + vector(good).get("cookie_header").asText();
      assertEquals(0, execute("token", "inspect", cookies, secret, allowed, "--json"), good);
      assertEquals("Asha Rao", json().at("/claims/name").textValue());
      out.getBuffer().setLength(0);
      assertEquals(1, execute("token", "inspect", cookies, secret), "cookies are off");
      assertTrue(out.toString().contains("off without origins.allowed"), out.toString());
      out.getBuffer().setLength(0);
      assertEquals(
          1, execute("token", "inspect", cookies, "--token-secret=other", allowed, "--json"));
      assertEquals(List.of("decryption"), failedChecks());
      out.getBuffer().setLength(0);
      String bare = vector(good).get("token").asText();
      assertEquals(0, execute("token", "inspect", bare, secret, allowed), good);
      out.getBuffer().setLength(0);
    }
    for (String expired : List.of("v5-expired", "v4-expired")) {
      String cookies = vector(expired).get("cookie_header").asText();
      assertEquals(1, execute("token", "inspect", cookies, secret, allowed, "--json"));
      assertEquals(List.of("exp"), failedChecks());
      out.getBuffer().setLength(0);
    }
    String gap = vector("v5-dev-cookie").get("cookie_header").asText().replace("n=", "n.1=");
    assertEquals(1, execute("token", "inspect", gap, secret, allowed, "--json"));
    assertEquals(List.of("cookie", "decryption"), failedChecks());
  }

  @Test
  void kickAsksANodeAndSaysWhatItDid() throws IOException {
    try (Answers node = new Answers("{\"accepted\":true}")) {
      assertEquals(0, execute("kick", "ada", "--url=" + node.url()));
      assertEquals(0, execute("kick", "ada", "--ban=10m", "--url=" + node.url()));
      assertEquals("kicked ada\nbanned ada for 10m\n", out.toString());
      node.status = 503;
      assertEquals(1, execute("kick", "ada", "--url=" + node.url()));
    }
    assertEquals(3, execute("kick", "ada", "--url=http://127.0.0.1:1"));
    assertEquals(2, execute("kick", "a b"));
    assertEquals(2, execute("kick", "ada", "--ban=forever"));
    assertTrue(err.toString().contains("--ban: \"forever\""), err.toString());
  }

  @Test
  void previousSecretIsNamedAsSuch() {
    String token =
        new TokenMint(new HmacSecret("old"), JwtAlgorithm.HS256, null, "gw", Clock.systemUTC())
            .mint("u1", null, null, Duration.ofHours(1));
    assertEquals(
        0,
        execute(
            "token",
            "inspect",
            token,
            "--token-secret=new",
            "--token-previous-secrets=older,old",
            "--token-audience=gw"));
    assertTrue(out.toString().contains("by a previous secret"), out.toString());
  }

  @Test
  void statsAndHealthSayWhenNoNodeAnswers() {
    assertEquals(3, execute("stats", "--url=http://127.0.0.1:1"));
    assertEquals(3, execute("health", "--url=http://127.0.0.1:1"));
    assertEquals(3, execute("health", "--url=nonsense"));
    assertTrue(err.toString().contains("no node answers at http://127.0.0.1:1"));
  }

  @Test
  void statsOfANodeAreATableOrJson() throws IOException {
    try (Answers node = new Answers("{\"node\":{\"name\":\"n1\"},\"counters\":{\"a.b\":7}}")) {
      assertEquals(0, execute("stats", "--url=" + node.url()));
      assertTrue(out.toString().matches("(?s)WHAT +VALUE\\nnode\\.name +n1\\na\\.b +7\\n"));
      out.getBuffer().setLength(0);
      assertEquals(0, execute("stats", "--json", "--url=" + node.url()));
      assertEquals(7, json().at("/counters/a.b").intValue());
      node.status = 500;
      assertEquals(1, execute("stats", "--url=" + node.url()));
    }
  }

  @Test
  void healthFailsForANodeThatIsNotWell() throws IOException {
    String report =
        "{\"success\":true,\"data\":{\"websocket\":{\"totalConnections\":10,\"uniqueUsers\":8,"
            + "\"isHealthy\":true},\"pubsub\":{\"isHealthy\":true,\"subscribedChannels\":5,"
            + "\"totalSubscriptions\":12}}}";
    try (Answers node = new Answers(report)) {
      assertEquals(0, execute("health", "--url=" + node.url()));
      assertTrue(out.toString().contains("10 connections, 8 users"), out.toString());
      node.status = 503;
      assertEquals(1, execute("health", "--url=" + node.url()));
      assertTrue(out.toString().contains("FAIL"), out.toString());
    }
    out.getBuffer().setLength(0);
    try (Answers node = new Answers(report.replace("true,\"sub", "false,\"sub"))) {
      assertEquals(1, execute("health", "--json", "--url=" + node.url()));
      assertFalse(json().get("healthy").booleanValue());
      assertTrue(json().get("ready").booleanValue());
    }
  }

  private int execute(String... words) {
    return Main.execute(
        new Console(environment, in, new PrintWriter(out), new PrintWriter(err), false), words);
  }

  private List<String> failedChecks() throws IOException {
    List<String> failed = new ArrayList<>();
    json()
        .get("checks")
        .forEach(
            check -> {
              if (!check.get("passed").booleanValue()) {
                failed.add(check.get("name").textValue());
              }
            });
    return failed;
  }

  private static JsonNode vector(String id) {
    return SessionVectors.named(id).node();
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(out.toString());
  }

  /** A node that gives the same answer to everything. */
  private static final class Answers implements AutoCloseable {
    private final HttpServer server;
    private volatile int status = 200;

    Answers(String body) throws IOException {
      byte[] octets = body.getBytes(StandardCharsets.UTF_8);
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            exchange.sendResponseHeaders(status, octets.length);
            exchange.getResponseBody().write(octets);
            exchange.close();
          });
      server.start();
    }

    String url() {
      return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
