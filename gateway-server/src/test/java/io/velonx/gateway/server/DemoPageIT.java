package io.velonx.gateway.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.FilePayload;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.server.browser.Chromium;
import io.velonx.gateway.server.browser.DemoTab;
import io.velonx.gateway.server.browser.Relay;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The demo page in a real browser, served by the real process in dev mode. */
class DemoPageIT {
  /** One dot. */
  private static final byte[] PNG =
      Base64.getDecoder()
          .decode(
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
                  + "rkJggg==");

  private static @Nullable NodeProcess sharedNode;
  private static @Nullable Chromium sharedChromium;

  @BeforeAll
  static void start() throws IOException {
    sharedChromium = Chromium.launch();
    sharedNode = startNode(0);
  }

  @AfterAll
  static void stop() {
    if (sharedNode != null) {
      sharedNode.close();
    }
    if (sharedChromium != null) {
      sharedChromium.close();
    }
    Awaitility.await("no browser stays behind")
        .until(
            () ->
                ProcessHandle.current()
                    .descendants()
                    .noneMatch(child -> child.info().command().orElse("").contains("chromium")));
  }

  @Test
  void twoTabsChatAndSeeEachOtherComeTypeAndGo() {
    try (DemoTab ada = chromium().tab(url("tea", "Ada"))) {
      ada.awaitConnected();
      assertThat(ada.log()).containsText("Connected to WebSocket server");
      ada.awaitMembers("Ada");
      try (DemoTab grace = chromium().tab(url("tea", "Grace"))) {
        assertThat(ada.log()).containsText("Grace joined");
        ada.awaitMembers("Ada", "Grace");
        grace.awaitMembers("Grace", "Ada");

        grace.type("Good eve");
        assertThat(ada.typingLine()).hasText("Grace is typing…");
        assertThat(grace.typingLine()).hasText("");
        assertThat(ada.typingLine()).hasText("");

        grace.say("Good evening");
        ada.awaitMessage("Good evening");
        ada.say("Good evening to you");
        grace.awaitMessage("Good evening to you");
        assertThat(grace.messages("Good evening to you")).containsText("Ada");

        grace.press("Leave");
        assertThat(grace.state()).hasText("Not connected");
        assertThat(ada.log()).containsText("Grace left");
        ada.awaitMembers("Ada");
        assertEquals(List.of(), grace.complaints());
      }
      assertEquals(List.of(), ada.complaints());
    }
  }

  @Test
  void openedTwiceItIsTwoPeopleInOneRoomAfterOneKeyEach() {
    String plain = "http://127.0.0.1:" + node().port() + "/demo";
    try (DemoTab one = chromium().tab(plain);
        DemoTab other = chromium().tab(plain)) {
      one.page().keyboard().press("Enter");
      other.page().keyboard().press("Enter");
      one.awaitConnected();
      other.awaitConnected();
      assertThat(one.page().locator("#members li")).hasCount(2);
      assertThat(other.page().locator("#members li")).hasCount(2);
      one.say("Is anybody here?");
      other.awaitMessage("Is anybody here?");
      one.press("Leave");
      other.press("Leave");
      assertEquals(List.of(), one.complaints());
    }
  }

  @Test
  void authorEditsAndDeletesHisMessagesAndOthersSeeIt() {
    try (DemoTab ada = chromium().tab(url("editing", "Ada"));
        DemoTab grace = chromium().tab(url("editing", "Grace"))) {
      ada.awaitMembers("Ada", "Grace");
      grace.awaitMembers("Ada", "Grace");
      ada.say("Wensday");
      ada.say("Forget this");
      grace.awaitMessage("Forget this");

      ada.edit("Wensday", "Wednesday");
      grace.awaitMessage("Wednesday");
      assertThat(grace.messages("Wednesday")).containsText("edited");

      ada.delete("Forget this");
      grace.awaitMessage("Message deleted");
      ada.awaitMessage("Message deleted");
      assertThat(grace.messages("Forget this")).hasCount(0);

      Locator buttonsOfOthers = grace.messages("Wednesday").getByRole(AriaRole.BUTTON);
      assertThat(buttonsOfOthers).hasCount(0);
      assertEquals(List.of(), ada.complaints());
      assertEquals(List.of(), grace.complaints());
    }
  }

  @Test
  void membersShowWhoIsAwayAlsoToWhoComesLater() {
    try (DemoTab ada = chromium().tab(url("status", "Ada"));
        DemoTab grace = chromium().tab(url("status", "Grace"))) {
      ada.awaitMembers("Ada", "Grace");
      grace.awaitMembers("Ada", "Grace");
      grace.press("Away");
      assertThat(ada.member("Grace")).containsText("away");
      assertThat(grace.member("Grace")).containsText("away");
      try (DemoTab ken = chromium().tab(url("status", "Ken"))) {
        ken.awaitMembers("Ada", "Grace", "Ken");
        assertThat(ken.member("Grace")).containsText("away");
        assertThat(ken.member("Ada")).not().containsText("away");
        grace.press("Away");
        assertThat(ken.member("Grace")).not().containsText("away");
        assertEquals(List.of(), ken.complaints());
      }
    }
  }

  @Test
  void directMessageReachesOneOnlyAndIsUnreadUntilItIsLookedAt() {
    try (DemoTab ada = chromium().tab(url("direct", "Ada"));
        DemoTab grace = chromium().tab(url("direct", "Grace"));
        DemoTab ken = chromium().tab(url("direct", "Ken"))) {
      for (DemoTab tab : List.of(ada, grace, ken)) {
        tab.awaitMembers("Ada", "Grace", "Ken");
      }
      ada.writeTo("Grace");
      ada.say("Just for you");
      assertThat(grace.conversation("Ada")).containsText("1 unread");
      assertThat(grace.page()).hasTitle(Pattern.compile("\\(1\\) direct.*"));
      assertThat(ada.messages("Just for you")).not().containsText("seen");

      grace.conversation("Ada").click();
      assertThat(grace.messages("Just for you")).isVisible();
      assertThat(grace.conversation("Ada")).not().containsText("unread");
      assertThat(ada.messages("Just for you")).containsText("seen");
      grace.type("Thank");
      assertThat(ada.typingLine()).hasText("Grace is typing…");

      ken.say("Where is everybody?");
      assertThat(grace.conversation("direct")).containsText("1 unread");
      grace.conversation("direct").click();
      assertThat(grace.composer()).hasValue("");
      assertThat(grace.messages("Where is everybody?")).isVisible();
      assertThat(grace.messages("Just for you")).isHidden();
      assertThat(grace.page()).hasTitle(Pattern.compile("direct.*"));
      grace.conversation("Ada").click();
      assertThat(grace.composer()).hasValue("Thank");

      assertThat(ken.messages("Just for you")).hasCount(0);
      assertThat(ken.typingLine()).hasText("");
      for (DemoTab tab : List.of(ada, grace, ken)) {
        assertEquals(List.of(), tab.complaints());
      }
    }
  }

  @Test
  void directMessageWaitsForWhoIsAwayAndComesOnce() {
    try (DemoTab ada = chromium().tab(url("inbox", "Ada"));
        DemoTab grace = chromium().phoneTab(url("inbox", "Grace"))) {
      ada.awaitMembers("Ada", "Grace");
      grace.awaitMembers("Ada", "Grace");
      grace.press("Pull the plug");
      assertThat(grace.state()).hasText("Unplugged");
      ada.writeTo("Grace");
      ada.say("For later");
      assertThat(ada.messages("For later")).containsText("waits in the inbox");

      grace.press("Plug back in");
      grace.awaitMessage("For later");
      grace.conversation("Ada").click();
      assertThat(ada.messages("For later")).containsText("seen");
      assertEquals(List.of(), grace.whatOverflows());
      assertEquals(List.of(), grace.complaints());
    }
  }

  @Test
  void codeForTheRoomIsThereToCopy() {
    try (DemoTab ada = chromium().phoneTab(url("code-room", "Ada"))) {
      ada.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
      ada.awaitConnected();
      ada.press("Frames");
      ada.press("Code");
      assertThat(ada.page().locator("#frames")).isHidden();
      assertThat(ada.page().locator(".snippet")).hasCount(4);
      assertEquals(List.of(), ada.whatOverflows());
      ada.press("Copy Listen and talk in a page");
      assertThat(ada.page().locator(".snippet").nth(1)).containsText("Copied");
      String copied = (String) ada.page().evaluate("() => navigator.clipboard.readText()");
      assertTrue(copied.contains("subscribe('room:code-room'"), copied);
      assertTrue(copied.contains("http://127.0.0.1:" + node().port() + "/client.js"), copied);
      assertEquals(List.of(), ada.complaints());
    }
    try (DemoTab eve = chromium().tab(url("$(rm)'", "Eve"))) {
      assertThat(eve.notice()).containsText("There can be no room of that name");
      assertThat(eve.page().locator("#snippets")).not().containsText("$(rm)");
    }
  }

  @Test
  void reloadIsNotNoticedByTheRoomAndKeepsItsMembers() {
    try (DemoTab ada = chromium().tab(url("reload", "Ada"));
        DemoTab grace = chromium().tab(url("reload", "Grace"))) {
      ada.awaitMembers("Ada", "Grace");
      grace.awaitMembers("Ada", "Grace");

      grace.page().reload();
      grace.awaitConnected();
      grace.awaitMembers("Ada", "Grace");
      grace.say("Still here");
      ada.awaitMessage("Still here");
      ada.say("So am I");
      grace.awaitMessage("So am I");
      ada.expectNoNote("Grace left");
      assertEquals(List.of(), grace.complaints());
    }
  }

  @Test
  void cutConnectionComesBackByItselfAndTheRoomDoesNotNotice() throws IOException {
    try (Relay relay = Relay.to(node().port());
        DemoTab ada = chromium().tab(url("cut", "Ada"));
        DemoTab grace = chromium().tab(url(relay.port(), "cut", "Grace"))) {
      ada.awaitMembers("Ada", "Grace");
      grace.awaitMembers("Ada", "Grace");

      relay.cut();
      assertThat(grace.log().getByText("Connected to WebSocket server")).hasCount(2);
      grace.awaitConnected();
      grace.say("Back again");
      ada.awaitMessage("Back again");
      ada.expectNoNote("Grace left");
    }
  }

  @Test
  void pulledPlugCostsNothing() {
    try (DemoTab ada = chromium().tab(url("plug", "Ada"));
        DemoTab grace = chromium().phoneTab(url("plug", "Grace"))) {
      ada.awaitMembers("Ada", "Grace");
      grace.awaitMembers("Ada", "Grace");
      ada.say("Before");
      grace.awaitMessage("Before");

      grace.press("Pull the plug");
      assertThat(grace.state()).hasText("Unplugged");
      ada.say("Can you hear me?");
      ada.say("I think you cannot");
      grace.composer().fill("Said without a wire");
      grace.composer().press("Enter");
      assertThat(grace.messages("Can you hear me?")).hasCount(0);

      grace.press("Plug back in");
      grace.awaitConnected();
      grace.awaitMessage("Can you hear me?");
      grace.awaitMessage("I think you cannot");
      grace.awaitMessage("Said without a wire");
      ada.awaitMessage("Said without a wire");
      assertThat(grace.page().locator("#counters")).hasText("2 caught up, 0 missed, 0 duplicated");
      assertThat(grace.log()).containsText("2 to catch up on");
      assertEquals(List.of(), grace.whatOverflows());
      assertEquals(List.of(), grace.complaints());
    }
  }

  @Test
  void restartedNodeGetsItsPagesBack() throws Exception {
    int port;
    try (NodeProcess first = startNode(0)) {
      port = first.port();
      try (DemoTab ada = chromium().tab(url(port, "restart", "Ada"));
          DemoTab grace = chromium().tab(url(port, "restart", "Grace"))) {
        ada.awaitMembers("Ada", "Grace");
        first.signal("TERM");
        assertEquals(0, first.exitCode());
        assertThat(ada.state()).not().hasText("Connected");

        try (NodeProcess second = startNode(port)) {
          ada.awaitConnected();
          grace.awaitConnected();
          ada.say("What a short night");
          grace.awaitMessage("What a short night");
          assertEquals(port, second.port());
        }
      }
    }
  }

  @Test
  void nothingSticksOutOfASmallScreenWhateverPeopleAreCalled() {
    String hostile = "<img src=x onerror=alert(1)>\u202e" + "W".repeat(30);
    try (DemoTab phone = chromium().phoneTab(url("small", hostile));
        DemoTab ada = chromium().tab(url("small", "Ada"))) {
      ada.awaitMembers("Ada", hostile);
      phone.awaitMembers("Ada", hostile);
      phone.say("<b>" + "M".repeat(300) + "</b>");
      ada.say("A word and " + "another ".repeat(40));
      ada.type("and");
      assertThat(phone.typingLine()).hasText("Ada is typing…");
      assertEquals(List.of(), phone.whatOverflows());

      phone.press("Frames");
      phone.messages("MMM").getByRole(AriaRole.BUTTON).first().click();
      assertEquals(List.of(), phone.whatOverflows());

      phone.press("Cancel");
      phone.press("Leave");
      assertEquals(List.of(), phone.whatOverflows());
      assertEquals(List.of(), phone.complaints());
      assertEquals(List.of(), ada.complaints());
    }
  }

  @Test
  void fileThatIsChosenOrDroppedIsSeenAndFetchedByTheOthers() throws IOException {
    try (DemoTab ada = chromium().tab(url("files", "Ada"));
        DemoTab grace = chromium().phoneTab(url("files", "Grace"))) {
      ada.awaitMembers("Ada", "Grace");
      grace.awaitMembers("Ada", "Grace");
      grace
          .page()
          .locator("#file")
          .setInputFiles(new FilePayload("dot \u00fc.png", "image/png", PNG));
      assertShown(ada);
      assertShown(grace);
      assertThat(grace.page().locator("#uploads li")).hasCount(0);
      assertEquals(List.of(), grace.whatOverflows());

      ada.drop("note.txt", "text/plain", "Meet at noon");
      Locator link = grace.page().locator(".message a.file").getByText("note.txt");
      assertThat(link).hasCount(1);
      Download saved = grace.page().waitForDownload(link::click);
      assertEquals("note.txt", saved.suggestedFilename());
      assertEquals("Meet at noon", Files.readString(saved.path()));

      assertEquals(Set.of(), grace.controlsOutOfReach());
      assertFalse(ada.page().content().contains("eyJ"), "a token is on the page");
      assertEquals(List.of(), ada.complaints());
      assertEquals(List.of(), grace.complaints());
    }
  }

  @Test
  void fileOfAWrongKindIsExplainedInWords() {
    try (DemoTab ada = chromium().tab(url("files-refused", "Ada"))) {
      ada.awaitConnected();
      ada.drop("page.html", "text/html", "<script>alert(1)</script>");
      assertThat(ada.notice()).containsText("That is not allowed here: contentType: text/html");
      ada.press("Dismiss");
      ada.drop("page.png", "image/png", "<script>alert(1)</script>");
      assertThat(ada.notice()).containsText("what was sent is no image/png");
      assertThat(ada.page().locator("#uploads li")).hasCount(0);
      assertThat(ada.page().locator(".message")).hasCount(0);
      assertEquals(List.of(), ada.complaints());
    }
  }

  @Test
  void fileChosenWithoutAConnectionIsSentWhenItIsBackAndOneCanBeCancelled() {
    try (DemoTab ada = chromium().tab(url("files-later", "Ada"))) {
      ada.awaitMembers("Ada");
      ada.press("Pull the plug");
      ada.drop("one.txt", "text/plain", "1");
      ada.drop("two.txt", "text/plain", "2");
      assertThat(ada.page().locator("#uploads li")).hasCount(2);
      ada.press("Cancel two.txt");
      ada.press("Plug back in");
      assertThat(ada.page().locator(".message a.file")).hasText("one.txt");
      assertThat(ada.page().locator("#uploads li")).hasCount(0);
      assertEquals(List.of(), ada.complaints());
    }
  }

  @Test
  void framesAreShownButNeverAToken() {
    try (DemoTab ada = chromium().tab(url("frames", "Ada"))) {
      ada.awaitConnected();
      ada.press("Frames");
      ada.say("Look at the wire");
      Locator frames = ada.page().locator("#frame-list");
      assertThat(frames.getByText("\"type\":\"SUBSCRIBE\"")).hasCount(1);
      assertThat(frames.getByText("\"type\":\"ACK\"")).not().hasCount(0);
      assertThat(frames.getByText("\"content\":\"Look at the wire\"")).hasCount(2);
      assertFalse(ada.page().content().contains("eyJ"), "a token is on the page");
    }
  }

  @Test
  void impossibleRoomIsExplainedInWords() {
    try (DemoTab ada = chromium().tab(url("no such room!", "Ada"))) {
      assertThat(ada.notice()).containsText("There can be no room of that name");
      assertThat(ada.page().getByLabel("Room", new Page.GetByLabelOptions().setExact(true)))
          .hasValue("no such room!");
      assertEquals(List.of(), ada.complaints());
    }
  }

  @Test
  void pageFollowsTheAdviceOfEveryCloseReason() {
    try (DemoTab tab = chromium().tab(url("codes", "Ada"))) {
      for (CloseReason reason : CloseReason.values()) {
        String expected =
            switch (reason.advice()) {
              case STAY_AWAY -> "stay-away";
              case COME_BACK_WITH_BACKOFF -> "backoff";
              case COME_BACK_AT_ONCE -> "at-once";
            };
        Object advice =
            tab.page()
                .evaluate(
                    "async (code) => (await import('/client.js')).adviceFor(code)", reason.code());
        assertEquals(expected, advice, reason.name());
      }
    }
  }

  private static void assertShown(DemoTab tab) {
    Locator image = tab.page().locator(".message img");
    assertThat(image).hasAttribute("alt", "dot \u00fc.png");
    assertThat(image).hasJSProperty("naturalWidth", 1);
  }

  private static NodeProcess startNode(int port) throws IOException {
    return NodeProcess.start(Map.of(), "dev", "--listen-port=" + port, "--admin-port=0");
  }

  private static NodeProcess node() {
    return Objects.requireNonNull(sharedNode);
  }

  private static Chromium chromium() {
    return Objects.requireNonNull(sharedChromium);
  }

  private static String url(String room, String name) {
    return url(node().port(), room, name);
  }

  private static String url(int port, String room, String name) {
    return "http://127.0.0.1:" + port + "/demo/#room=" + encode(room) + "&name=" + encode(name);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
