package io.velonx.gateway.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.ColorScheme;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.metrics.MetricHelp;
import io.velonx.gateway.server.browser.AdminTab;
import io.velonx.gateway.server.browser.Chromium;
import io.velonx.gateway.server.config.Setting;
import io.velonx.gateway.server.config.Settings;
import io.velonx.gateway.testing.WsClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The admin page in a real browser, on the admin port of the real process. */
class AdminPageIT {
  private static final String SECRET = "a secret of the platform";
  private static final String KEY = "the key of the operators";

  private static @Nullable NodeProcess sharedNode;
  private static @Nullable Chromium sharedChromium;

  @BeforeAll
  static void start() throws IOException {
    sharedChromium = Chromium.launch();
    sharedNode = startNode(Map.of());
  }

  @AfterAll
  static void stop() {
    if (sharedNode != null) {
      sharedNode.close();
    }
    if (sharedChromium != null) {
      sharedChromium.close();
    }
  }

  @Test
  void numbersMoveWhenClientsComeAndPublish() throws Exception {
    try (NodeProcess node = startNode(Map.of());
        AdminTab tab = tab(node, 1100)) {
      tab.awaitLive();
      assertThat(tab.number("Connections")).hasText("0");
      assertThat(tab.number("Resumed complete")).hasText("–");
      try (WsClient anna = WsClient.open(node.port(), token("anna"));
          WsClient bert = WsClient.open(node.port(), token("bert"))) {
        anna.subscribe("room:tea");
        bert.subscribe("room:tea");
        assertThat(tab.number("Connections")).hasText("2");
        assertThat(tab.number("Users")).hasText("2");
        assertThat(tab.number("Channels")).hasText("1");
        await()
            .atMost(NodeProcess.PATIENCE)
            .until(
                () -> {
                  anna.command(
                      "{'type':'CHAT_MESSAGE','payload':{'roomId':'tea','content':'Tea?'}}");
                  return !tab.number("Delivered").textContent().equals("0/s");
                });
        assertThat(tab.number("Received")).not().hasText("0/s");
        assertTrue(tab.points() > 1, "a line is drawn");

        assertEquals(401, WsClient.statusOf(node.port(), "/api/community/ws?token=bad"));
        assertThat(tab.refusals("401")).containsText("1");
        assertThat(tab.alarms().filter(withText("Logins are refused")))
            .containsText("token.secret");
      }
      assertThat(tab.number("Connections")).hasText("0");
      assertEquals(List.of(), tab.complaints());
    }
  }

  @Test
  void userIsFoundKickedBannedAndComesBackOnlyWhenTheBanEnds() {
    try (AdminTab tab = tab(node(), 1100);
        WsClient carl = WsClient.open(node().port(), token("carl"));
        WsClient dora = WsClient.open(node().port(), token("dora"))) {
      tab.view("Users");
      tab.search("car");
      assertThat(tab.rows()).hasCount(1);
      tab.press("Kick carl");
      assertThat(tab.question()).containsText("Kick carl?");
      tab.press("Cancel");
      tab.press("Kick carl");
      tab.confirm();
      assertThat(tab.toast()).hasText("carl was kicked, on 1 node");
      assertEquals(4003, carl.closeCode());
      assertThat(tab.rows()).hasCount(0);

      tab.search("dora");
      tab.press("Ban dora");
      tab.confirm();
      assertThat(tab.toast()).hasText("dora is banned");
      assertEquals(4003, dora.closeCode());
      assertEquals(
          401, WsClient.statusOf(node().port(), "/api/community/ws?token=" + token("dora")));
      assertEquals(List.of(), tab.complaints());
    }
  }

  @Test
  void connectionIsLookedAtTakenOutOfAChannelAndClosed() {
    try (AdminTab tab = tab(node(), 1100);
        WsClient emil = WsClient.open(node().port(), token("emil"))) {
      emil.subscribe("room:garden");
      tab.view("Connections");
      tab.search("emil");
      assertThat(tab.rows()).hasCount(1);
      tab.rows().getByText("Look").click();
      assertThat(tab.dialog()).containsText("room:garden");
      tab.press("Take emil out of room:garden");
      tab.confirm();
      emil.expect("ERROR");
      assertThat(tab.dialog()).not().containsText("room:garden");
      tab.press("Close connection…");
      tab.confirm();
      assertEquals(4003, emil.closeCode());
      assertThat(tab.toast()).containsText("was closed");
      assertThat(tab.rows()).hasCount(0);
      assertEquals(List.of(), tab.complaints());
    }
  }

  @Test
  void channelTellsWhoIsThereAndIsPublishedTo() {
    try (AdminTab tab = tab(node(), 1100);
        WsClient fritz = WsClient.open(node().port(), token("fritz"))) {
      fritz.subscribe("room:news");
      tab.view("Channels");
      tab.search("room:ne");
      assertThat(tab.rows()).hasCount(1);
      tab.press("Look at room:news");
      assertThat(tab.dialog()).containsText("fritz");
      tab.press("Publish…");
      tab.fill("Envelope", "no JSON");
      tab.confirm();
      assertThat(tab.question()).containsText("That is no JSON");
      tab.fill("Envelope", "{\"type\":\"NEWS\",\"payload\":{\"text\":\"It rains\"}}");
      tab.confirm();
      assertEquals("It rains", fritz.expect("NEWS").at("/payload/text").asText());
      assertThat(tab.toast()).containsText("Published at offset 1");
      assertEquals(List.of(), tab.complaints());
    }
  }

  @Test
  void channelsTellWhatTheyCostAndAreSortedByIt() {
    try (AdminTab tab = tab(node(), 1100);
        WsClient hans = WsClient.open(node().port(), token("hans"));
        WsClient ida = WsClient.open(node().port(), token("ida"))) {
      hans.subscribe("room:cost-a");
      hans.subscribe("room:cost-b");
      ida.subscribe("room:cost-b");
      tab.view("Channels");
      tab.search("room:cost-");
      assertThat(tab.rows().first()).containsText("room:cost-a");
      tab.choose("Sorted by", "Deliveries");
      await()
          .atMost(NodeProcess.PATIENCE)
          .until(
              () -> {
                hans.command(
                    "{'type':'CHAT_MESSAGE','payload':{'roomId':'cost-b','content':'Much'}}");
                return tab.rows().first().textContent().startsWith("room:cost-b");
              });
      assertThat(tab.rows().first()).not().containsText("0.0 %");
      assertThat(tab.rows().nth(1)).containsText("0.0 %");
      assertThat(tab.page().locator("#channels")).containsText("estimated from its writes");
      assertThat(tab.page().locator(".view:visible").getByText("Next page")).isDisabled();
      tab.view("Overview");
      assertThat(tab.card("Channels that cost most")).containsText("room:cost-b");
      assertEquals(List.of(), tab.complaints());
    }
  }

  @Test
  void pagesOfAListAreTurned() {
    try (AdminTab tab = tab(node(), 1100);
        WsClient gerd = WsClient.open(node().port(), token("gerd"))) {
      for (int i = 100; i < 151; i++) {
        gerd.subscribe("room:page-" + i);
      }
      tab.view("Channels");
      tab.search("room:page-");
      assertThat(tab.rows()).hasCount(50);
      tab.press("Next page");
      assertThat(tab.rows()).hasCount(1);
      assertThat(tab.rows()).containsText("room:page-150");
      tab.press("First page");
      assertThat(tab.rows()).hasCount(50);
    }
  }

  @Test
  void drainAsksFirstShowsHowFarItIsAndCanBeCalledOff() throws Exception {
    try (NodeProcess node = startNode(Map.of());
        AdminTab tab = tab(node, 1100);
        WsClient anna = WsClient.open(node.port(), token("anna"))) {
      assertThat(tab.number("Connections")).hasText("1");
      tab.press("Drain…");
      assertThat(tab.question()).containsText("sends its clients, 1 now, to other nodes");
      tab.press("Cancel");
      assertThat(tab.page().locator("#draining")).isHidden();

      tab.press("Drain…");
      tab.confirm();
      assertEquals(4200, anna.closeCode());
      assertThat(tab.page().locator("#draining")).containsText("Nobody is left");
      assertEquals(503, WsClient.statusOf(node.port(), "/api/community/ws?token=" + token("b")));
      tab.press("Call off");
      assertThat(tab.page().locator("#draining")).isHidden();
      WsClient.open(node.port(), token("bert")).close();
      assertEquals(List.of(), tab.complaints());
    }
  }

  @Test
  void keyIsAskedForAndAWrongOneIsRefused() throws Exception {
    String hash =
        HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256").digest(KEY.getBytes(StandardCharsets.UTF_8)));
    try (NodeProcess node = startNode(Map.of("GATEWAY_API_KEYS", "boss:read:" + hash));
        AdminTab tab = tab(node, 1100)) {
      assertThat(tab.question()).containsText("API key");
      tab.fill("Key", "a guess");
      tab.confirm();
      assertThat(tab.question()).containsText("This node does not know that key");
      tab.press("Cancel");
      assertThat(tab.state()).hasText("Needs an API key");

      tab.press("Enter key…");
      tab.fill("Key", KEY);
      tab.confirm();
      tab.awaitLive();
      tab.page().reload();
      tab.awaitLive();
      assertThat(tab.question()).isHidden();
      assertTrue(!tab.page().content().contains(KEY), "the key is on the page");

      tab.press("Drain…");
      tab.confirm();
      assertThat(tab.question()).containsText("this key is not good for admin");
    }
  }

  @Test
  void pageIsThereInDevModeOnlyUnlessAskedForAndNeverOnThePublicPort() throws Exception {
    HttpResponse<String> page = get(node().adminPort(), "/admin/");
    assertEquals(200, page.statusCode());
    assertTrue(
        page.headers()
            .firstValue("Content-Security-Policy")
            .orElse("")
            .startsWith("default-src 'none'; script-src 'self'; style-src 'self'"));
    assertEquals(302, get(node().adminPort(), "/admin").statusCode());
    assertEquals(404, get(node().adminPort(), "/demo/").statusCode());
    assertEquals(404, get(node().port(), "/admin/").statusCode());
    try (NodeProcess production =
        NodeProcess.start(
            Map.of("NEXTAUTH_SECRET", SECRET), "run", "--listen-port=0", "--admin-port=0")) {
      assertEquals(404, get(production.adminPort(), "/admin/").statusCode());
    }
  }

  @Test
  void smallScreenShowsEverythingAndTheKeyboardReachesIt() {
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      try (AdminTab tab = chromium().adminTab(url(node()), 360, scheme);
          WsClient long1 = WsClient.open(node().port(), token("W".repeat(60)))) {
        long1.subscribe("room:" + "m".repeat(55));
        tab.awaitLive();
        assertEquals(List.of(), tab.whatOverflows());
        assertEquals(Set.of(), tab.controlsOutOfReach());
        for (String view : List.of("Connections", "Channels", "Users")) {
          tab.view(view);
          assertThat(tab.rows()).not().hasCount(0);
          assertEquals(List.of(), tab.whatOverflows());
          assertEquals(Set.of(), tab.controlsOutOfReach());
        }
        tab.search("W");
        tab.press("Look at " + "W".repeat(60));
        assertThat(tab.dialog()).containsText("Connection");
        assertEquals(List.of(), tab.whatOverflows());
        tab.page().keyboard().press("Escape");
        assertThat(tab.page().locator("dialog[open]")).hasCount(0);
        tab.press("Drain…");
        assertEquals(List.of(), tab.whatOverflows());
        tab.press("Cancel");
        assertEquals(List.of(), tab.complaints());
      }
    }
  }

  @Test
  void everyAlarmHasATitleACauseAndAMetricThatExists() {
    try (AdminTab tab = tab(node(), 1100)) {
      assertEquals(
          List.of(),
          tab.page()
              .evaluate(
                  "async () => (await import('/admin/alarms.js')).ALARMS.filter((alarm) =>"
                      + " !(alarm.title && alarm.cause && alarm.setting && alarm.when)).map(({ id"
                      + " }) => id)"));
      List<?> ids =
          (List<?>)
              tab.page()
                  .evaluate(
                      "async () => (await import('/admin/alarms.js')).ALARMS.map(({ id }) => id)");
      assertEquals(Set.copyOf(ids).size(), ids.size());
      for (Object id : ids) {
        String metric = (String) id;
        // One of a family is called after its status, code or limit.
        String family = metric.substring(0, Math.max(0, metric.lastIndexOf('.')));
        assertTrue(
            !metric.startsWith("gateway.")
                || MetricHelp.of(metric) != null
                || MetricHelp.of(family) != null,
            metric);
      }
    }
  }

  @Test
  void everySettingThatAnAlarmNamesExists() {
    try (AdminTab tab = tab(node(), 1100)) {
      Object named =
          tab.page()
              .evaluate(
                  "async () => (await import('/admin/alarms.js')).ALARMS.map(({ setting }) =>"
                      + " setting)");
      Set<String> known = Settings.ALL.stream().map(Setting::name).collect(Collectors.toSet());
      List<?> all = (List<?>) named;
      assertTrue(all.size() > 20);
      for (Object settings : all) {
        for (String setting : ((String) settings).split(", ", -1)) {
          assertTrue(known.contains(setting), setting);
        }
      }
    }
  }

  private static NodeProcess startNode(Map<String, String> variables) throws IOException {
    Map<String, String> all = new HashMap<>(variables);
    all.put("GATEWAY_TOKEN_SECRET", SECRET);
    return NodeProcess.start(all, "dev", "--listen-port=0", "--admin-port=0");
  }

  private static AdminTab tab(NodeProcess node, int width) {
    return chromium().adminTab(url(node), width, ColorScheme.LIGHT);
  }

  private static String url(NodeProcess node) {
    return "http://127.0.0.1:" + node.adminPort() + "/admin/";
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
            BodyHandlers.ofString());
  }

  private static String token(String userId) {
    return new TokenMint(new HmacSecret(SECRET), JwtAlgorithm.HS256, null, null, Clock.systemUTC())
        .mint(userId, null, null, Duration.ofHours(1));
  }

  private static Locator.FilterOptions withText(String text) {
    return new Locator.FilterOptions().setHasText(text);
  }

  private static NodeProcess node() {
    return Objects.requireNonNull(sharedNode);
  }

  private static Chromium chromium() {
    return Objects.requireNonNull(sharedChromium);
  }
}
