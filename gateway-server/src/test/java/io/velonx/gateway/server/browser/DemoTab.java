package io.velonx.gateway.server.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.util.ArrayList;
import java.util.List;

/** One open demo page: what a person does with it and sees on it. */
public final class DemoTab implements AutoCloseable {
  private final BrowserContext context;
  private final Page page;
  private final List<String> complaints = new ArrayList<>();

  DemoTab(BrowserContext context, String url) {
    this.context = context;
    PlaywrightAssertions.setDefaultAssertionTimeout(Chromium.PATIENCE_MILLIS);
    context.setDefaultTimeout(Chromium.PATIENCE_MILLIS);
    page = context.newPage();
    page.onConsoleMessage(this::hear);
    page.onPageError(complaints::add);
    page.onDialog(
        dialog -> {
          complaints.add("dialog: " + dialog.message());
          dialog.dismiss();
        });
    page.navigate(url);
  }

  public Page page() {
    return page;
  }

  /** What the browser holds against the page so far: errors, warnings and refused resources. */
  public List<String> complaints() {
    return List.copyOf(complaints);
  }

  public void awaitConnected() {
    assertThat(state()).hasText("Connected");
  }

  /** The line that tells how the connection is. */
  public Locator state() {
    return page.getByRole(AriaRole.STATUS);
  }

  /** What went wrong, in words. */
  public Locator notice() {
    return page.getByRole(AriaRole.ALERT);
  }

  public Locator typingLine() {
    return page.locator("#typing");
  }

  /** The conversation with all its notes. */
  public Locator log() {
    return page.getByRole(AriaRole.LOG);
  }

  /** Everything that shows this text as its content. */
  public Locator messages(String content) {
    return page.locator(".message")
        .filter(new Locator.FilterOptions().setHas(page.locator(".content").getByText(content)));
  }

  /** Goes on when exactly these names are shown as members. */
  public void awaitMembers(String... names) {
    Locator shown = page.locator("#members .name");
    assertThat(shown).hasCount(names.length);
    for (String name : names) {
      assertThat(shown.filter(new Locator.FilterOptions().setHasText(name))).hasCount(1);
    }
  }

  /** Goes on when such a message is shown, once. */
  public void awaitMessage(String content) {
    assertThat(messages(content)).hasCount(1);
  }

  /** Writes something, without sending it. */
  public void type(String text) {
    composer().pressSequentially(text);
  }

  public void say(String text) {
    composer().fill(text);
    composer().press("Enter");
    awaitMessage(text);
  }

  public void edit(String content, String replacement) {
    press(messages(content), "Edit");
    Locator field = page.getByLabel("Edit message");
    field.fill(replacement);
    field.press("Enter");
    awaitMessage(replacement);
  }

  public void delete(String content) {
    press(messages(content), "Delete");
  }

  /** Presses the only button of that name. */
  public void press(String name) {
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true))
        .click();
  }

  public Locator composer() {
    return page.getByLabel("Message", new Page.GetByLabelOptions().setExact(true));
  }

  /** Says what sticks out of the window to the side. */
  public Object whatOverflows() {
    return page.evaluate(
        """
        () => [...document.querySelectorAll('body, body *')]
          .filter((part) => part.checkVisibility())
          .filter((part) => part.getBoundingClientRect().right > innerWidth + 0.5
            || part.getBoundingClientRect().left < -0.5)
          .map((part) => part.outerHTML.slice(0, 200))
        """);
  }

  /** Goes on when the text is nowhere among the notes. */
  public void expectNoNote(String text) {
    assertThat(log())
        .not()
        .containsText(text, new LocatorAssertions.ContainsTextOptions().setTimeout(1));
  }

  @Override
  public void close() {
    context.close();
  }

  private void press(Locator message, String name) {
    message.hover();
    message.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name)).click();
  }

  private void hear(ConsoleMessage message) {
    if (message.type().equals("error") || message.type().equals("warning")) {
      complaints.add(message.type() + ": " + message.text());
    }
  }
}
