package io.velonx.gateway.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.server.browser.Chromium;
import io.velonx.gateway.server.browser.TestPages;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.WsClient;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The hooks under both Reacts, in strict mode, which mounts everything twice, with callbacks made
 * anew by every render, in a real browser and against real nodes that are killed.
 */
class ReactIT {
  private static final String SECRET = "a secret of the platform";

  @ParameterizedTest
  @CsvSource({"18.3.1, 0.23.2", "19.3.0, 0.28.0"})
  void hooksKeepOneConnectionEachAndComeBackToAKilledNode(String version, String scheduler)
      throws Exception {
    PlaywrightAssertions.setDefaultAssertionTimeout(20_000);
    List<String> complaints = new ArrayList<>();
    try (Chromium chromium = Chromium.launch();
        RedisServer redis = RedisServer.start();
        NodeProcess first = startNode(redis, 0);
        BrowserContext profile = chromium.profile()) {
      int port = first.port();
      Page page =
          TestPages.withReact(version, scheduler)
              .open(profile, port, "react.html", "{\"token\":\"" + token("ada") + "\"}");
      page.onPageError(complaints::add);
      assertThat(page.locator("#live")).hasText("true");
      assertThat(page.locator("#old-online")).hasText("[\"ada\"]");
      assertEquals(version, page.evaluate("() => version"));
      assertThat(page.locator("#me")).hasText("ada");

      try (WsClient grace = WsClient.open(port, token("grace"))) {
        grace.subscribe("room:flow");
        grace.subscribe("room:old");
        assertThat(page.locator("#members")).hasText("[\"ada\",\"grace\"]");
        assertThat(page.locator("#old-online")).hasText("[\"ada\",\"grace\"]");
        say(grace, "flow", "hello");
        say(grace, "old", "hello of old");
        assertThat(page.locator("#heard")).hasText("[\"hello\"]");
        assertThat(page.locator("#old-heard")).hasText("[\"hello of old\"]");
        for (String room : List.of("flow", "old")) {
          grace.command("{'type':'TYPING','payload':{'roomId':'" + room + "','isTyping':true}}");
        }
        assertThat(page.locator("#typing")).hasText("[\"grace\"]");
        assertThat(page.locator("#old-typing")).hasText("[\"grace\"]");
        assertThat(page.locator("#typing")).hasText("[]");
        assertThat(page.locator("#old-typing")).hasText("[]");
        page.evaluate("() => { setTyping(true); oldTyping(true); }");
        grace.expect(
            each -> each.at("/payload/roomId").asText().equals("old"), "typing in the old room");
      }

      for (int i = 0; i < 50; i++) {
        page.evaluate("() => renderAgain()");
      }
      assertThat(page.locator("#renders")).hasText("50");
      Awaitility.await("one connection each").until(() -> connections(page, port) == 2);

      first.signal("KILL");
      first.exitCode();
      assertThat(page.locator("#live")).hasText("false");
      assertThat(page.locator("#old-state")).not().hasText("connected");
      page.evaluate(
          "() => { oldSend({ type: 'CHAT_MESSAGE', payload: { roomId: 'old', content: 'kept' } }); }");
      try (NodeProcess second = startNode(redis, port);
          WsClient grace = WsClient.open(second.port(), token("grace"))) {
        assertThat(page.locator("#live")).hasText("true");
        assertThat(page.locator("#old-state")).hasText("connected");
        grace.subscribe("room:flow");
        assertThat(page.locator("#old-error")).hasText("");
        assertThat(page.locator("#old-heard")).hasText("[\"hello of old\",\"kept\"]");
        page.evaluate("() => { say('back'); }");
        assertThat(page.locator("#heard")).hasText("[\"hello\",\"back\"]");
        page.evaluate("() => root.unmount()");
        Awaitility.await().until(() -> connections(page, port) == 1);
      }
      assertEquals(List.of(), complaints);
    }
  }

  private static void say(WsClient client, String room, String content) {
    client.command(
        "{'type':'CHAT_MESSAGE','payload':{'roomId':'%s','content':'%s'}}"
            .formatted(room, content));
  }

  /** How many connections the node has. */
  private static long connections(Page page, int port) {
    Object total =
        page.evaluate(
            "async (port) => (await (await fetch(`http://127.0.0.1:${port}/api/community/ws/health`))"
                + ".json()).data.websocket.totalConnections",
            port);
    return ((Number) total).longValue();
  }

  private static NodeProcess startNode(RedisServer redis, int port) throws IOException {
    return NodeProcess.start(
        Map.of("NEXTAUTH_SECRET", SECRET, "REDIS_URL", redis.url()),
        "run",
        "--listen-port=" + port,
        "--admin-port=0",
        "--publishing-clients=relay");
  }

  private static String token(String user) {
    return new TokenMint(new HmacSecret(SECRET), JwtAlgorithm.HS256, null, null, Clock.systemUTC())
        .mint(user, null, null, Duration.ofHours(1));
  }
}
