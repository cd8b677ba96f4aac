package io.velonx.gateway.server.browser;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One open page in a profile of its own. Threading: the thread of the browser. */
public abstract class Tab implements AutoCloseable {
  /** How a control is called here: by what tells it from the others. */
  private static final String LABEL =
      "(part) => [part.tagName, part.id, part.ariaLabel, part.tagName === 'BODY' ? '' :"
          + " part.textContent.slice(0, 40)].filter(Boolean).join(' ')";

  private final BrowserContext context;
  private final Page page;
  private final List<String> complaints = new ArrayList<>();

  Tab(BrowserContext context, String url) {
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

  public final Page page() {
    return page;
  }

  /** What the browser holds against the page so far: errors, warnings and refused resources. */
  public final List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** Presses the only button of that name. */
  public final void press(String name) {
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true))
        .click();
  }

  /** Says what sticks out of the window to the side. */
  public final Object whatOverflows() {
    return page.evaluate(
        """
        () => [...document.querySelectorAll('body, body *')]
          .filter((part) => part.checkVisibility())
          .filter((part) => part.getBoundingClientRect().right > innerWidth + 0.5
            || part.getBoundingClientRect().left < -0.5)
          .map((part) => part.outerHTML.slice(0, 200))
        """);
  }

  /** What can be pressed or filled in and is never reached by the Tab key. */
  public final Set<String> controlsOutOfReach() {
    Set<String> missing = new LinkedHashSet<>();
    Object controls =
        page.evaluate(
            "() => [...document.querySelectorAll('a, button, input, textarea, select')]"
                + ".filter((part) => part.checkVisibility() && !part.disabled).map("
                + LABEL
                + ")");
    for (Object control : (List<?>) controls) {
      missing.add((String) control);
    }
    // Twice, because it may begin anywhere.
    for (int keys = 2 * missing.size() + 10; keys > 0; keys--) {
      page.keyboard().press("Tab");
      missing.remove((String) page.evaluate("() => (" + LABEL + ")(document.activeElement)"));
    }
    return missing;
  }

  /** What is shown, as PNG. */
  public final byte[] picture() {
    return page.screenshot();
  }

  @Override
  public final void close() {
    context.close();
  }

  private void hear(ConsoleMessage message) {
    if (message.type().equals("error") || message.type().equals("warning")) {
      complaints.add(message.type() + ": " + message.text());
    }
  }
}
