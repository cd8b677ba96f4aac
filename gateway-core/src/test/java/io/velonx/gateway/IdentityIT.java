package io.velonx.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.jsonwebtoken.JwtBuilder;
import io.jsonwebtoken.Jwts;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JweSessionVerifier;
import io.velonx.gateway.auth.JwtPolicy;
import io.velonx.gateway.auth.JwtTokenVerifier;
import io.velonx.gateway.auth.LoginPolicy;
import io.velonx.gateway.auth.Origins;
import io.velonx.gateway.auth.SessionVectors;
import io.velonx.gateway.auth.SessionVectors.Vector;
import io.velonx.gateway.backplane.local.LocalBackplane;
import io.velonx.gateway.files.DirectoryFileStore;
import io.velonx.gateway.files.FileLimits;
import io.velonx.gateway.files.FileStore;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.testing.CapturedLog;
import io.velonx.gateway.testing.RawClient;
import io.velonx.gateway.testing.RawClient.HttpResponse;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Who gets in with what, at the wire; and what becomes of a token while it is in use. */
@Timeout(60)
class IdentityIT {
  private static final String PATH = RawClient.PATH;
  private static final String SITE = "Origin: https://www.example.org";
  private static final String BODY =
      "{\"success\":false,\"error\":{\"code\":\"UNAUTHORIZED\",\"message\":\"Unauthorized\"}}";
  private static final Vector V5 = SessionVectors.named("v5-dev-cookie");
  private static final HmacSecret SECRET = V5.secret();
  private static final String COOKIE = "Cookie: " + V5.cookie();
  private static final String TOKEN = token("u1", Instant.parse("2100-01-01T00:00:00Z"));

  private final TestNode node = node(Origins.of(List.of("https://www.example.org")));

  @AfterEach
  void close() {
    node.close();
  }

  static Stream<Vector> cookies() {
    return SessionVectors.all();
  }

  @ParameterizedTest
  @MethodSource("cookies")
  void sessionCookieOfTheSiteIsALogin(Vector vector) {
    String cookie = "Cookie: theme=dark; " + vector.cookie() + "; lang=en";
    if (vector.isGood()) {
      try (RawClient page = RawClient.upgrade(node.port(), PATH, SITE, cookie)) {
        assertTrue(page.readText().contains("\"userId\":\"" + vector.text("user") + "\""));
      }
    } else {
      assertRefused(PATH, SITE, cookie);
    }
  }

  @Test
  void firstSourceThatIsThereCounts() {
    String bearer = "Authorization: Bearer " + token("bearer", null);
    String subprotocol = "Sec-WebSocket-Protocol: velonx.v1, bearer, " + token("sub", null);
    String query = PATH + "?token=" + token("query", null);
    assertEquals(V5.text("user"), userOf(query, SITE, COOKIE, bearer, subprotocol));
    assertEquals("bearer", userOf(query, SITE, bearer, subprotocol));
    assertEquals("sub", userOf(query, SITE, subprotocol));
    assertEquals("query", userOf(query, SITE));
    assertEquals("query", userOf(query, "Cookie: theme=dark"));
    // A bad one is not made up for by a good one behind it.
    assertRefused(query, SITE, COOKIE.replace(".SWA", ".AAA"), bearer);
    assertRefused(query, "Authorization: Bearer nonsense");
  }

  @Test
  void subprotocolIsAnsweredAndNeverTheToken() {
    assertEquals("bearer", answeredTo("Sec-WebSocket-Protocol: bearer, " + TOKEN));
    assertEquals(
        "velonx.v1", answeredTo("Sec-WebSocket-Protocol: bearer, " + TOKEN + ", velonx.v1"));
    assertNull(answeredTo("Authorization: Bearer " + TOKEN));
  }

  @Test
  void withoutAListOfOriginsCookiesAreNotLookedAt() {
    try (TestNode plain = node(Origins.ANY)) {
      assertEquals("u1", userOn(plain, PATH + "?token=" + TOKEN, SITE, COOKIE));
      assertEquals("u1", userOn(plain, PATH + "?token=" + TOKEN, "Origin: https://evil.example"));
      assertEquals(401, statusOn(plain, PATH, SITE, COOKIE));
    }
  }

  @Test
  void programWithoutAnOriginNeedsNoListForItsToken() {
    assertEquals("u1", userOf(PATH + "?token=" + TOKEN));
  }

  /** A page shows an image without saying where it is from; another site must not. */
  @Test
  void fileIsFetchedWithACookieButNotForAnotherSite(@TempDir Path directory) throws Exception {
    String id = "A".repeat(22);
    String members =
        "{'ownerId':'x','name':'x.png','contentType':'image/png','size':1,'sha256':'%s',"
            + "'targetUserId':'%s'}";
    Files.writeString(
        directory.resolve(id + ".json"),
        members.formatted("0".repeat(64), V5.text("user")).replace('\'', '"'));
    Files.writeString(directory.resolve(id + ".data"), "x");
    Origins site = Origins.of(List.of("https://www.example.org"));
    FileStore files = new DirectoryFileStore(directory, FileLimits.DEFAULT, Clock.systemUTC());
    try (TestNode node = node(site, files)) {
      String path = "/files/" + id + "/x.png";
      assertEquals(200, fetched(node, path, COOKIE));
      assertEquals(200, fetched(node, path, COOKIE, SITE));
      assertEquals(200, fetched(node, path, COOKIE, "Sec-Fetch-Site: same-site"));
      assertEquals(401, fetched(node, path, COOKIE, "Sec-Fetch-Site: cross-site"));
      assertEquals(401, fetched(node, path, COOKIE, "Origin: https://evil.example"));
      assertEquals(401, fetched(node, path));
      assertEquals(404, fetched(node, path, "Authorization: Bearer " + TOKEN));
    }
  }

  static Stream<Arguments> hostile() {
    String query = PATH + "?token=" + TOKEN;
    String[] parts = TOKEN.split("\\.", -1);
    String v5 = V5.cookie();
    String v4 = SessionVectors.named("v4-dev-cookie").cookie();
    return Stream.of(
        named("nothing", PATH),
        named("empty token", PATH + "?token="),
        named("two tokens", query + "&token=" + TOKEN),
        named("encoded name twice", query + "&%74oken=" + TOKEN),
        named("broken encoding", PATH + "?token=%zz"),
        named("nonsense", PATH + "?token=nonsense"),
        named("no signature", PATH + "?token=" + parts[0] + "." + parts[1] + "."),
        named("signature cut", PATH + "?token=" + TOKEN.substring(0, TOKEN.length() - 1)),
        named("alg none", PATH + "?token=" + "eyJhbGciOiJub25lIn0." + parts[1] + "."),
        named(
            "claims of another", PATH + "?token=" + parts[0] + ".eyJzdWIiOiJyb290In0." + parts[2]),
        named("expired", PATH + "?token=" + token("u1", Instant.now().minusSeconds(60))),
        named("long", PATH + "?token=" + "a".repeat(20_000)),
        named("two Authorization", PATH, bearer(TOKEN), bearer(TOKEN)),
        named("empty Bearer", query, "Authorization: Bearer "),
        named("bearer without token", query, "Sec-WebSocket-Protocol: bearer"),
        named(
            "bearer twice",
            PATH,
            "Sec-WebSocket-Protocol: bearer, " + TOKEN,
            "Sec-WebSocket-Protocol: bearer, " + TOKEN),
        named("cookie without Origin", PATH, "Cookie: " + v5),
        named("cookie from elsewhere", PATH, "Origin: https://evil.example", "Cookie: " + v5),
        named("cookie from a file", PATH, "Origin: null", "Cookie: " + v5),
        named("token from elsewhere", query, "Origin: https://evil.example"),
        named("origin that begins alike", query, SITE + ".evil.example"),
        named("origin with a path", query, SITE + "/"),
        named("origin of another scheme", query, "Origin: http://www.example.org"),
        named("empty origin", query, "Origin: "),
        named("two origins", query, SITE, "Origin: https://evil.example"),
        named("same origin twice", query, SITE, SITE),
        named("cookie twice", PATH, SITE, "Cookie: " + v5 + "; " + v5),
        named("cookie in two headers", PATH, SITE, "Cookie: " + v5, "Cookie: " + v5),
        named("cookie and its chunks", PATH, SITE, "Cookie: " + v5 + "; authjs.session-token.0=a"),
        named("second chunk only", PATH, SITE, "Cookie: " + v5.replace("token=", "token.1=")),
        named("other cookie name", PATH, SITE, "Cookie: __Secure-" + v5),
        named("older cookie name", PATH, SITE, "Cookie: " + v5.replace("authjs", "next-auth")),
        named("newer cookie name", PATH, SITE, "Cookie: " + v4.replace("next-auth", "authjs")),
        named("cookie cut", PATH, SITE, "Cookie: " + v5.substring(0, v5.length() - 2)),
        named("empty cookie", PATH, SITE, "Cookie: authjs.session-token="),
        named("token as a cookie", PATH, SITE, "Cookie: authjs.session-token=" + TOKEN),
        named("cookie as a token", PATH + "?token=" + v5.substring(v5.indexOf('=') + 1), SITE));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void everyBadLoginGetsTheSameAnswerAndNothingOfItIsLogged(
      String name, String target, String[] headers) {
    try (CapturedLog log = new CapturedLog()) {
      assertRefused(target, headers);
      List<String> secrets = new ArrayList<>(List.of(TOKEN, V5.text("token"), "nonsense"));
      secrets.addAll(List.of(TOKEN.split("\\.", -1)[1], "aaaaaaaa"));
      assertFalse(log.lines().isEmpty());
      for (String line : log.lines()) {
        secrets.forEach(secret -> assertFalse(line.contains(secret), line));
      }
    }
    assertEquals("u1", userOf(PATH + "?token=" + TOKEN, SITE));
  }

  @Test
  void clientIsToldThatItsTokenEndsAndClosedWhenItHas() {
    Instant end = Instant.now().minusSeconds(13);
    try (WsClient page = node.open(token("u1", end))) {
      String told = page.expect("TOKEN_EXPIRING").at("/payload/expiresAt").asText();
      assertEquals(end.getEpochSecond(), Instant.parse(told).getEpochSecond());
      assertEquals(4001, page.closeCode());
      assertEquals(1, page.drain().size() + 1, "told once");
    }
  }

  @Test
  void newerTokenOfTheSameUserKeepsTheConnection() {
    Instant end = Instant.now().minusSeconds(13);
    Instant later = Instant.now().plusSeconds(3600);
    try (WsClient careful = node.open(token("u1", end));
        WsClient careless = node.open(token("u2", end))) {
      careful.command(refresh("r1", token("u1", later)));
      String answer = careful.expect("ACK").at("/payload/expiresAt").asText();
      assertEquals(later.getEpochSecond(), Instant.parse(answer).getEpochSecond());
      assertEquals(4001, careless.closeCode());
      careful.command("{'type':'PING'}");
      careful.expect("PONG");
    }
  }

  @Test
  void clientIsToldAgainWhenItsNewerTokenEnds() {
    try (WsClient page = node.open(token("u1", Instant.now().minusSeconds(5)))) {
      page.expect("TOKEN_EXPIRING");
      page.command(refresh("r1", token("u1", Instant.now().plusSeconds(5))));
      page.expect("ACK");
      page.expect("TOKEN_EXPIRING");
    }
  }

  @Test
  void badTokenChangesNothing() {
    try (CapturedLog log = new CapturedLog();
        WsClient page = node.open(TOKEN)) {
      page.command(refresh("r1", "nonsense"));
      assertEquals("FORBIDDEN", page.expect("ERROR").at("/payload/code").asText());
      page.command(refresh("r2", token("u1", Instant.now().minusSeconds(60))));
      assertEquals("FORBIDDEN", page.expect("ERROR").at("/payload/code").asText());
      page.command("{'type':'REFRESH','id':'r3','payload':{}}");
      assertEquals("INVALID_PAYLOAD", page.expect("ERROR").at("/payload/code").asText());
      page.command("{'type':'PING'}");
      page.expect("PONG");
      assertFalse(log.lines().stream().anyMatch(line -> line.contains("nonsense")));
    }
  }

  @Test
  void tokenOfAnotherUserEndsTheConnection() {
    try (WsClient page = node.open(TOKEN)) {
      page.command(refresh("r1", token("u2", null)));
      assertEquals(4001, page.closeCode());
    }
  }

  private void assertRefused(String target, String... headers) {
    try (RawClient client = RawClient.connect(node.port())) {
      client.sendAscii(RawClient.upgradeRequest(target, headers));
      HttpResponse answer = client.readResponse();
      assertEquals(401, answer.status());
      assertEquals(BODY, answer.body());
      assertEquals("close", answer.head().required("Connection"));
      assertTrue(client.isEnded());
    }
  }

  private String userOf(String target, String... headers) {
    return userOn(node, target, headers);
  }

  private static String userOn(TestNode on, String target, String... headers) {
    try (RawClient page = RawClient.upgrade(on.port(), target, headers)) {
      String welcome = page.readText();
      int from = welcome.indexOf("\"userId\":\"") + 10;
      return welcome.substring(from, welcome.indexOf('"', from));
    }
  }

  private static int statusOn(TestNode on, String target, String... headers) {
    try (RawClient client = RawClient.connect(on.port())) {
      client.sendAscii(RawClient.upgradeRequest(target, headers));
      return client.readHead().status();
    }
  }

  private @Nullable String answeredTo(String header) {
    try (RawClient client = RawClient.connect(node.port())) {
      client.sendAscii(RawClient.upgradeRequest(PATH, header));
      var head = client.readHead();
      assertEquals(101, head.status());
      return head.header("Sec-WebSocket-Protocol");
    }
  }

  private static int fetched(TestNode node, String path, String... headers) {
    try (RawClient client = RawClient.connect(node.port())) {
      client.sendAscii(
          "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + lines(headers) + "\r\n");
      return client.readHead().status();
    }
  }

  private static String lines(String... headers) {
    StringBuilder lines = new StringBuilder();
    for (String header : headers) {
      lines.append(header).append("\r\n");
    }
    return lines.toString();
  }

  private static TestNode node(Origins origins) {
    return node(origins, null);
  }

  private static TestNode node(Origins origins, @Nullable FileStore files) {
    Clock clock = Clock.systemUTC();
    JwtPolicy policy = JwtPolicy.signedWith(V5.text("secret"));
    return TestNode.start(
        new LocalBackplane(),
        new LoginPolicy(
            new JwtTokenVerifier(policy, clock),
            origins.isListed() ? new JweSessionVerifier(List.of(SECRET), clock) : null,
            origins),
        settings ->
            settings.limits(limits -> limits.failedHandshakes(Rate.UNLIMITED)).files(files));
  }

  private static Arguments named(String name, String target, String... headers) {
    return Arguments.of(name, target, headers);
  }

  private static String bearer(String token) {
    return "Authorization: Bearer " + token;
  }

  private static String refresh(String id, String token) {
    return "{'type':'REFRESH','id':'" + id + "','payload':{'token':'" + token + "'}}";
  }

  private static String token(String user, @Nullable Instant end) {
    JwtBuilder builder = Jwts.builder().subject(user);
    if (end != null) {
      builder.expiration(Date.from(end));
    }
    return builder.signWith(SECRET.key(), Jwts.SIG.HS256).compact();
  }
}
