package io.velonx.gateway.server.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.SelectOption;

/** One open admin page: what an operator does with it and sees on it. */
public final class AdminTab extends Tab {
  AdminTab(BrowserContext context, String url) {
    super(context, url);
  }

  public void awaitLive() {
    assertThat(state()).hasText("Live");
  }

  /** The line that tells whether the node answers. */
  public Locator state() {
    return page().locator("#state");
  }

  /** The number of a tile. */
  public Locator number(String title) {
    return page()
        .locator(".tile")
        .filter(new Locator.FilterOptions().setHas(heading(title)))
        .locator(".value");
  }

  /** How many numbers the first line shows. */
  public int points() {
    String line = page().locator(".spark .line").first().getAttribute("d");
    return line == null ? 0 : line.split("L", -1).length;
  }

  /** The row of a table of the overview that begins with this word. */
  public Locator refusals(String word) {
    return page()
        .locator("#tables tr")
        .filter(
            new Locator.FilterOptions()
                .setHas(
                    page()
                        .getByRole(
                            AriaRole.ROWHEADER,
                            new Page.GetByRoleOptions().setName(word).setExact(true))));
  }

  public Locator alarms() {
    return page().locator("#alarm-list li");
  }

  /** Goes to another view, as {@code Users}. */
  public void view(String name) {
    page()
        .getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName(name).setExact(true))
        .click();
  }

  /** The rows of the view that is shown. */
  public Locator rows() {
    return page().locator(".view:visible tbody tr");
  }

  public void search(String words) {
    page().locator(".view:visible input[type=search]").fill(words);
    press("Search");
  }

  /** Chooses from what a list of the view that is shown offers. */
  public void choose(String label, String option) {
    page()
        .locator(".view:visible")
        .getByLabel(label)
        .selectOption(new SelectOption().setLabel(option));
  }

  /** A table of the overview. */
  public Locator card(String title) {
    return page().locator(".card").filter(new Locator.FilterOptions().setHas(heading(title)));
  }

  /** The dialog on top. */
  public Locator dialog() {
    return page().locator("dialog[open]").last();
  }

  /** The question whether something is to be done. */
  public Locator question() {
    return page().locator("#question");
  }

  /** Says yes to the question. */
  public void confirm() {
    page().locator("#question-yes").click();
  }

  /** Fills a field of the question. */
  public void fill(String label, String text) {
    question().getByLabel(label).fill(text);
  }

  /** What was just done. */
  public Locator toast() {
    return page().locator("#toast");
  }

  private Locator heading(String title) {
    return page()
        .getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setName(title).setExact(true));
  }
}
