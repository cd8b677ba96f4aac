package io.velonx.gateway.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.server.browser.Chromium;
import io.velonx.gateway.server.browser.Relay;
import io.velonx.gateway.server.browser.TestPages;
import io.velonx.gateway.testing.RedisServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The client for pages in a real browser, against real nodes that are cut off and killed. */
class ClientIT {
  private static final String SECRET = "a secret of the platform";

  /** As many as a bad day has. */
  private static final int FLAPS = 200;

  private static @Nullable Chromium sharedChromium;

  @BeforeAll
  static void start() {
    sharedChromium = Chromium.launch();
  }

  @AfterAll
  static void stop() {
    if (sharedChromium != null) {
      sharedChromium.close();
    }
  }

  @Test
  void connectionThatBreaksTwoHundredTimesLosesAndDoublesNothing() throws Exception {
    try (NodeProcess node = startAlone();
        Relay relay = Relay.to(node.port());
        BrowserContext profile = chromium().profile()) {
      Page page = listener(profile, relay.port(), "{\"token\":\"%s\",\"eagerMillis\":5}");
      page.waitForFunction("() => window.live");
      Numbers numbers = new Numbers(node, 3);
      for (int i = 1; i <= FLAPS; i++) {
        page.waitForFunction("(times) => opened >= times", i);
        relay.cut();
      }
      List<Integer> published = numbers.stop();
      awaitAll(page, published);
      JsonNode counters = counters(page);
      assertTrue(counters.path("resumed").asInt() > FLAPS / 2, counters.toString());
      assertTrue(published.size() > FLAPS, "only " + published.size() + " publications");
    }
  }

  @Test
  void killedNodeComesBackAndThePageHasMissedNothing() throws Exception {
    try (RedisServer redis = RedisServer.start();
        NodeProcess survivor = startOn(redis, 0);
        BrowserContext profile = chromium().profile()) {
      NodeProcess victim = startOn(redis, 0);
      try {
        int port = victim.port();
        Page page = listener(profile, port, "{\"token\":\"%s\"}");
        page.waitForFunction("() => window.live");
        Numbers numbers = new Numbers(survivor, 25);
        for (int i = 2; i <= 4; i++) {
          victim.signal("KILL");
          victim.exitCode();
          page.waitForFunction("() => client.status.state !== 'open'");
          victim = startOn(redis, port);
          page.waitForFunction("(times) => client.counters.resumed >= times", i - 1);
        }
        awaitAll(page, numbers.stop());
        assertEquals(3, counters(page).path("resumed").asInt());
      } finally {
        victim.close();
      }
    }
  }

  @Test
  void tabsShareOneSocketAndKeepItWhenOneOfThemIsClosed() throws Exception {
    try (NodeProcess node = startAlone();
        BrowserContext profile = chromium().profile()) {
      Page one = sharingListener(profile, node.port());
      Page other = sharingListener(profile, node.port());
      Numbers numbers = new Numbers(node, 10);
      one.waitForFunction("() => heard.length > 5");
      other.waitForFunction("() => heard.length > 5");
      assertEquals(1, connections(node));
      one.close();
      other.waitForFunction("() => heard.length > 50");
      assertEquals(1, other.evaluate("() => opened"));
      awaitAll(other, numbers.stop());
      assertEquals(1, connections(node));
      other.close();
      Awaitility.await().until(() -> connections(node) == 0);
    }
  }

  @Test
  void withoutSharedWorkersOneTabHoldsTheSocketAndAnotherTakesOver() throws Exception {
    try (NodeProcess node = startAlone();
        BrowserContext profile = chromium().profile()) {
      profile.addInitScript("delete globalThis.SharedWorker");
      Page holder = sharingListener(profile, node.port());
      Page other = sharingListener(profile, node.port());
      Numbers numbers = new Numbers(node, 10);
      holder.waitForFunction("() => heard.length > 5");
      other.waitForFunction("() => heard.length > 5");
      assertEquals(1, connections(node));
      holder.close();
      other.waitForFunction("() => opened === 2");
      awaitAll(other, numbers.stop());
      Awaitility.await().until(() -> connections(node) == 1);
      assertEquals(1, counters(other).path("resumed").asInt());
    }
  }

  private static Page sharingListener(BrowserContext profile, int port) {
    Page page = listener(profile, port, "{\"token\":\"%s\",\"share\":\"ada\"}");
    page.waitForFunction("() => window.live");
    return page;
  }

  private static Page listener(BrowserContext profile, int port, String options) {
    return TestPages.plain().open(profile, port, "listener.html", options.formatted(token("ada")));
  }

  /** Waits for the last number, and checks that all were heard, in order and once. */
  private static void awaitAll(Page page, List<Integer> published) throws IOException {
    page.waitForFunction("(last) => heard.at(-1) >= last", published.size());
    JsonNode heard = json(page.evaluate("() => JSON.stringify(heard)"));
    // A page that was opened later begins later.
    int first = heard.get(0).asInt();
    assertEquals(
        published.subList(first - 1, published.size()).toString(),
        heard.toString().replace(",", ", "));
    JsonNode counters = counters(page);
    assertEquals(0, counters.path("missed").asInt(), counters.toString());
    assertEquals(0, counters.path("duplicated").asInt(), counters.toString());
    assertEquals(0, counters.path("gaps").asInt(), counters.toString());
  }

  private static JsonNode counters(Page page) throws IOException {
    return json(page.evaluate("() => JSON.stringify(client.counters)"));
  }

  private static JsonNode json(Object text) throws IOException {
    return new ObjectMapper().readTree((String) text);
  }

  private static int connections(NodeProcess node) throws IOException {
    URI health = URI.create("http://127.0.0.1:" + node.port() + "/api/community/ws/health");
    try (InputStream body = health.toURL().openStream()) {
      return new ObjectMapper().readTree(body).at("/data/websocket/totalConnections").asInt();
    }
  }

  private static NodeProcess startAlone() throws IOException {
    return NodeProcess.start(
        Map.of("NEXTAUTH_SECRET", SECRET),
        "run",
        "--listen-port=0",
        "--admin-port=0",
        "--history-keep=1000/1h");
  }

  private static NodeProcess startOn(RedisServer redis, int port) throws IOException {
    return NodeProcess.start(
        Map.of("NEXTAUTH_SECRET", SECRET, "REDIS_URL", redis.url()),
        "run",
        "--listen-port=" + port,
        "--admin-port=0",
        "--history-keep=1000/1h");
  }

  private static String token(String user) {
    return new TokenMint(new HmacSecret(SECRET), JwtAlgorithm.HS256, null, null, Clock.systemUTC())
        .mint(user, null, null, Duration.ofHours(1));
  }

  private static Chromium chromium() {
    return Objects.requireNonNull(sharedChromium);
  }
}
