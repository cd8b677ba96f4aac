package io.velonx.gateway.server.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.util.List;

/** One open demo page: what a person does with it and sees on it. */
public final class DemoTab extends Tab {
  DemoTab(BrowserContext context, String url) {
    super(context, url);
  }

  public void awaitConnected() {
    assertThat(state()).hasText("Connected");
  }

  /** The line that tells how the connection is. */
  public Locator state() {
    return page().getByRole(AriaRole.STATUS);
  }

  /** What went wrong, in words. */
  public Locator notice() {
    return page().getByRole(AriaRole.ALERT);
  }

  public Locator typingLine() {
    return page().locator("#typing");
  }

  /** The conversation with all its notes. */
  public Locator log() {
    return page().getByRole(AriaRole.LOG);
  }

  /** Everything that shows this text as its content. */
  public Locator messages(String content) {
    return page()
        .locator(".message")
        .filter(new Locator.FilterOptions().setHas(page().locator(".content").getByText(content)));
  }

  /** Goes on when exactly these names are shown as members. */
  public void awaitMembers(String... names) {
    Locator shown = page().locator("#members .name");
    assertThat(shown).hasCount(names.length);
    for (String name : names) {
      assertThat(shown.filter(new Locator.FilterOptions().setHasText(name))).hasCount(1);
    }
  }

  /** A member of the room, as the list shows him. */
  public Locator member(String name) {
    return page().locator("#members li").filter(new Locator.FilterOptions().setHasText(name));
  }

  /** Turns to a member alone. */
  public void writeTo(String name) {
    member(name).getByRole(AriaRole.BUTTON).click();
  }

  /** What leads to the room, or to somebody who is talked to directly. */
  public Locator conversation(String name) {
    return page()
        .locator("#conversations button")
        .filter(new Locator.FilterOptions().setHasText(name));
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
    Locator field = page().getByLabel("Edit message");
    field.fill(replacement);
    field.press("Enter");
    awaitMessage(replacement);
  }

  public void delete(String content) {
    press(messages(content), "Delete");
  }

  public Locator composer() {
    return page().getByLabel("Message", new Page.GetByLabelOptions().setExact(true));
  }

  /** Drops a file on the conversation. */
  public void drop(String name, String type, String content) {
    page()
        .evaluate(
            """
            ([name, type, content]) => {
              const dataTransfer = new DataTransfer();
              dataTransfer.items.add(new File([content], name, { type }));
              for (const kind of ['dragover', 'drop']) {
                document.getElementById('log').dispatchEvent(
                  new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
              }
            }
            """,
            List.of(name, type, content));
  }

  /** Goes on when the text is nowhere among the notes. */
  public void expectNoNote(String text) {
    assertThat(log())
        .not()
        .containsText(text, new LocatorAssertions.ContainsTextOptions().setTimeout(1));
  }

  private void press(Locator message, String name) {
    message.hover();
    message.getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name)).click();
  }
}
