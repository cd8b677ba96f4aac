package io.velonx.gateway.server.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import io.velonx.gateway.server.RequiredTool;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The installed browser, without a window. Threading: the thread that launched it. */
public final class Chromium implements AutoCloseable {
  /** A test waits this long for something to show up. */
  static final double PATIENCE_MILLIS = 20_000;

  /** It stays away from everything but the node; as root it only starts without its sandbox. */
  private static final List<String> FLAGS =
      List.of(
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync");

  private final Playwright playwright;
  private final Browser browser;

  private Chromium(Playwright playwright, Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  /** Starts the browser that {@code CHROMIUM} names, else the one on the path. */
  public static Chromium launch() {
    String chosen = System.getenv("CHROMIUM");
    Path executable = chosen == null ? RequiredTool.require("chromium") : Path.of(chosen);
    Playwright playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    try {
      BrowserType.LaunchOptions options =
          new BrowserType.LaunchOptions().setExecutablePath(executable).setArgs(FLAGS);
      return new Chromium(playwright, playwright.chromium().launch(options));
    } catch (RuntimeException e) {
      playwright.close();
      throw e;
    }
  }

  /** A tab on a desktop, at that address. */
  public DemoTab tab(String url) {
    return open(new Browser.NewContextOptions().setViewportSize(1100, 700), url);
  }

  /** One of two tabs side by side. */
  public DemoTab narrowTab(String url) {
    return open(new Browser.NewContextOptions().setViewportSize(620, 680), url);
  }

  /** A tab on a small telephone. */
  public DemoTab phoneTab(String url) {
    return open(new Browser.NewContextOptions().setViewportSize(360, 640).setHasTouch(true), url);
  }

  /** The admin page on a screen of that width, in light or dark. */
  public AdminTab adminTab(String url, int width, ColorScheme scheme) {
    return new AdminTab(
        browser.newContext(
            new Browser.NewContextOptions().setViewportSize(width, 800).setColorScheme(scheme)),
        url);
  }

  /** A profile of its own, whose tabs share what tabs of one site share. */
  public BrowserContext profile() {
    // A page that a test serves seems to come from far away, and the node is on this machine.
    BrowserContext profile =
        browser.newContext(
            new Browser.NewContextOptions().setPermissions(List.of("local-network-access")));
    profile.setDefaultTimeout(PATIENCE_MILLIS);
    return profile;
  }

  @Override
  public void close() {
    playwright.close();
  }

  private DemoTab open(Browser.NewContextOptions options, String url) {
    return new DemoTab(browser.newContext(options), url);
  }
}
