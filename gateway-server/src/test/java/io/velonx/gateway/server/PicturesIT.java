package io.velonx.gateway.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.options.ColorScheme;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.server.browser.AdminTab;
import io.velonx.gateway.server.browser.Chromium;
import io.velonx.gateway.server.browser.DemoTab;
import io.velonx.gateway.testing.WsClient;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Paints the pictures of README from pages as they really look:
 *
 * <pre>mvn verify -pl gateway-server -am -Dit.test=PicturesIT -Dpictures=true</pre>
 */
@EnabledIfSystemProperty(
    named = "pictures",
    matches = "true",
    disabledReason = "it changes files of the repository")
class PicturesIT {
  private static final Path FOLDER = Path.of("docs");
  private static final String SECRET = "a secret of the platform";
  private static final int MOST_BYTES = 150_000;
  private static final int MARGIN = 20;
  private static final List<String> ROOMS = List.of("tea", "garden", "news", "chess");

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void demo() throws Exception {
    try (Chromium chromium = Chromium.launch();
        NodeProcess node = startNode();
        DemoTab ada = chromium.narrowTab(url(node, "Ada"));
        DemoTab grace = chromium.narrowTab(url(node, "Grace"));
        DemoTab ken = chromium.narrowTab(url(node, "Ken"))) {
      ada.awaitMembers("Ada", "Grace", "Ken");
      ken.press("Away");
      grace.awaitMembers("Ada", "Grace", "Ken");
      grace.say("Good evening! Is the new gateway up?");
      ada.awaitMessage("Good evening! Is the new gateway up?");
      ada.say("It is. Three tabs, one room, no Redis yet.");
      grace.press("Pull the plug");
      ada.say("This one you will get when you are back.");
      grace.press("Plug back in");
      grace.awaitMessage("This one you will get when you are back.");
      ken.writeTo("Ada");
      ken.say("Just for you: tea is ready");
      ada.say("Edits and delesions travel too.");
      ada.edit("Edits and delesions travel too.", "Edits and deletions travel too.");
      grace.awaitMessage("Edits and deletions travel too.");
      assertThat(ada.conversation("Ken")).containsText("1 unread");
      grace.composer().click();
      grace.type("Then I shall drink my tea");
      assertThat(ada.typingLine()).hasText("Grace is typing…");
      paint(ada.picture(), grace.picture(), "demo.png");
    }
  }

  /** A line needs its minute and a half. */
  @Test
  @Timeout(240)
  void admin() throws Exception {
    List<WsClient> clients = new ArrayList<>();
    try (Chromium chromium = Chromium.launch();
        NodeProcess node = startNode();
        AdminTab light = chromium.adminTab(url(node), 1100, ColorScheme.LIGHT);
        AdminTab dark = chromium.adminTab(url(node), 1100, ColorScheme.DARK)) {
      light.awaitLive();
      int[] rounds = new int[1];
      await()
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofMillis(200))
          .until(
              () -> {
                int round = rounds[0]++;
                if (clients.size() < 60) {
                  WsClient client = WsClient.open(node.port(), token("user-" + round));
                  client.subscribe("room:" + ROOMS.get(round % ROOMS.size()));
                  clients.add(client);
                }
                for (int i = 0; i < 5 + Math.round(4 * Math.sin(round / 15.0)); i++) {
                  publish(node, ROOMS.get((round + i) % ROOMS.size()));
                }
                if (round % 40 == 39) {
                  WsClient.statusOf(node.port(), "/api/community/ws?token=bad");
                }
                return light.points() > 90;
              });
      assertThat(light.alarms()).not().hasCount(0);
      write(light.picture(), "admin-light.png");
      dark.view("Connections");
      assertThat(dark.rows()).hasCount(50);
      dark.view("Overview");
      write(dark.picture(), "admin-dark.png");
    } finally {
      clients.forEach(WsClient::close);
    }
  }

  private void publish(NodeProcess node, String room) throws Exception {
    http.send(
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:"
                        + node.adminPort()
                        + "/channels/room:"
                        + room
                        + "/publications"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{\"type\":\"NOTICE\",\"payload\":{}}"))
            .build(),
        BodyHandlers.discarding());
  }

  /** Two pictures side by side. */
  private static void paint(byte[] left, byte[] right, String name) throws IOException {
    BufferedImage one = ImageIO.read(new ByteArrayInputStream(left));
    BufferedImage other = ImageIO.read(new ByteArrayInputStream(right));
    BufferedImage both =
        new BufferedImage(
            one.getWidth() + other.getWidth() + 3 * MARGIN,
            one.getHeight() + 2 * MARGIN,
            BufferedImage.TYPE_INT_RGB);
    Graphics2D paint = both.createGraphics();
    paint.setColor(new Color(0xd9dce6));
    paint.fillRect(0, 0, both.getWidth(), both.getHeight());
    paint.drawImage(one, MARGIN, MARGIN, null);
    paint.drawImage(other, one.getWidth() + 2 * MARGIN, MARGIN, null);
    paint.dispose();
    ImageIO.write(both, "png", FOLDER.resolve(name).toFile());
    assertTrue(Files.size(FOLDER.resolve(name)) < MOST_BYTES, name);
  }

  private static void write(byte[] picture, String name) throws IOException {
    Files.write(FOLDER.resolve(name), picture);
    assertTrue(picture.length < MOST_BYTES, name);
  }

  private static NodeProcess startNode() throws IOException {
    return NodeProcess.start(
        Map.of("GATEWAY_TOKEN_SECRET", SECRET, "GATEWAY_NODE_NAME", "gateway-1"),
        "dev",
        "--listen-port=0",
        "--admin-port=0");
  }

  private static String url(NodeProcess node, String name) {
    return "http://127.0.0.1:" + node.port() + "/demo/#room=tea-time&name=" + name;
  }

  private static String url(NodeProcess node) {
    return "http://127.0.0.1:" + node.adminPort() + "/admin/";
  }

  private static String token(String userId) {
    return new TokenMint(new HmacSecret(SECRET), JwtAlgorithm.HS256, null, null, Clock.systemUTC())
        .mint(userId, null, null, Duration.ofHours(1));
  }
}
