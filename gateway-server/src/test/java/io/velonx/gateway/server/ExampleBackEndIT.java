package io.velonx.gateway.server;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import io.velonx.gateway.server.browser.Chromium;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The example of a site with the gateway behind it, started as people start it, in a browser. */
@Timeout(180)
class ExampleBackEndIT {
  private static final Pattern OPEN = Pattern.compile("Signed in as .*");

  @Test
  void peopleSignInTalkInRoomsBlockEachOtherAndAreKicked(@TempDir Path folder) throws Exception {
    PlaywrightAssertions.setDefaultAssertionTimeout(20_000);
    Path file = folder.resolve("messages.jsonl");
    try (Chromium chromium = Chromium.launch();
        Example example = new Example(file)) {
      Tab ada = new Tab(chromium, example, "Ada");
      Tab bert = new Tab(chromium, example, "Bert");
      Tab admin = new Tab(chromium, example, "admin");

      ada.join("private-ada");
      bert.submit("#join", "private-ada");
      assertThat(bert.alert()).containsText("you may not subscribe to room:private-ada");

      ada.join("tea");
      bert.join("tea");
      admin.join("tea");
      ada.say("hello");
      bert.awaitMessage("hello");
      assertTrue(Files.readString(file).contains("\"content\":\"hello\""), "kept when it is seen");
      ada.submit("#say", "spam");
      assertThat(ada.alert()).containsText("no spam here");
      assertEquals(1, Files.readAllLines(file).size());

      // The cookie is the login, and the site has what was said before.
      bert.page.reload();
      assertThat(bert.status()).hasText("Signed in as Bert");
      bert.join("tea");
      bert.awaitMessage("hello");

      ada.page.onceDialog(dialog -> dialog.accept("good morning"));
      ada.press("hello", "Edit");
      bert.awaitMessage("good morning");
      assertTrue(Files.readString(file).contains("\"content\":\"good morning\""));
      ada.press("good morning", "Delete");
      assertThat(bert.message("good morning")).hasCount(0);
      assertEquals(3, Files.readAllLines(file).size());

      bert.say("boo");
      ada.press("boo", "Block");
      assertThat(ada.message("boo")).hasCount(0);
      bert.say("boo again");
      admin.awaitMessage("boo again");
      admin.say("quiet, please");
      ada.awaitMessage("quiet, please");
      assertThat(ada.message("boo")).hasCount(0);

      admin.press("boo again", "Kick");
      assertThat(bert.status()).containsText("closed");
      bert.page.reload();
      assertThat(bert.status()).not().hasText(OPEN);
      ada.say("thanks");
      admin.awaitMessage("thanks");
      await().until(() -> example.output.contains("event member_joined ada room:tea"));
    }
  }

  /** One person's profile with the page in it, signed in. */
  private static final class Tab {
    private final Page page;

    Tab(Chromium chromium, Example example, String name) {
      BrowserContext profile = chromium.profile();
      page = profile.newPage();
      page.navigate(example.url());
      submit("#sign-in", name);
      assertThat(status()).hasText("Signed in as " + name);
    }

    Locator status() {
      return page.getByRole(AriaRole.STATUS);
    }

    Locator alert() {
      return page.getByRole(AriaRole.ALERT);
    }

    Locator message(String content) {
      return page.locator("#messages li").filter(new Locator.FilterOptions().setHasText(content));
    }

    void awaitMessage(String content) {
      assertThat(message(content)).hasCount(1);
    }

    void join(String room) {
      submit("#join", room);
      // Emptied once it is done.
      assertThat(page.locator("#join input")).hasValue("");
    }

    void say(String content) {
      submit("#say", content);
      awaitMessage(content);
    }

    void submit(String form, String text) {
      page.locator(form + " input").fill(text);
      page.locator(form + " button").click();
    }

    void press(String content, String button) {
      message(content)
          .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(button))
          .click();
    }
  }

  /** The script that starts both, on ports that were free a moment ago. */
  private static final class Example implements AutoCloseable {
    private final int port;
    private final Process process;
    private final List<String> output = new CopyOnWriteArrayList<>();

    Example(Path file) throws IOException {
      RequiredTool.require("node");
      int gatewayPort;
      int adminPort;
      // All at once, so that they are different ones.
      try (ServerSocket one = free();
          ServerSocket two = free();
          ServerSocket three = free()) {
        port = one.getLocalPort();
        gatewayPort = two.getLocalPort();
        adminPort = three.getLocalPort();
      }
      ProcessBuilder builder =
          new ProcessBuilder(
                  RequiredTool.require("bash").toString(),
                  Path.of("..", "scripts", "example-backend", "run").toString(),
                  Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                  "-Xmx256m",
                  "-XX:TieredStopAtLevel=1",
                  "-jar",
                  Objects.requireNonNull(System.getProperty("gateway.jar"), "set by the build"),
                  "run")
              .redirectErrorStream(true);
      builder.environment().keySet().removeIf(name -> name.startsWith("GATEWAY_"));
      builder.environment().remove("REDIS_URL");
      builder.environment().put("EXAMPLE_PORT", Integer.toString(port));
      builder.environment().put("EXAMPLE_FILE", file.toString());
      builder.environment().put("PORT", Integer.toString(gatewayPort));
      builder.environment().put("ADMIN_PORT", Integer.toString(adminPort));
      process = builder.start();
      Thread reader = new Thread(this::collect, "output of the example");
      reader.setDaemon(true);
      reader.start();
      await("both to start: " + output)
          .atMost(Duration.ofSeconds(60))
          .until(() -> printed("listening port=" + port) && printed("started node="));
    }

    String url() {
      return "http://127.0.0.1:" + port + "/";
    }

    @Override
    public void close() {
      List<ProcessHandle> started = process.descendants().toList();
      process.destroy();
      await("nothing of it stays behind")
          .until(() -> !process.isAlive() && started.stream().noneMatch(ProcessHandle::isAlive));
    }

    private boolean printed(String text) {
      return output.stream().anyMatch(line -> line.contains(text));
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

    private static ServerSocket free() throws IOException {
      return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
  }
}
