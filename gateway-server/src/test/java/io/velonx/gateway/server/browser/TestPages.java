package io.velonx.gateway.server.browser;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Pages of tests, which a browser believes to come from the node itself, below {@code /test/}.
 *
 * <p>React comes as files for Node; around each, this puts what makes a module of it. Threading:
 * the thread of the browser.
 */
public final class TestPages {
  /** What the hooks and the pages import by name. */
  private static final String NAMES =
      "StrictMode, createContext, createElement, useCallback, useContext, useEffect, useMemo,"
          + " useRef, useState, useSyncExternalStore";

  private final Map<String, String> modules;

  private TestPages(Map<String, String> modules) {
    this.modules = modules;
  }

  /** Pages without a framework. */
  public static TestPages plain() {
    return new TestPages(Map.of());
  }

  /** Pages that find this React, and the scheduler it needs. */
  public static TestPages withReact(String version, String scheduler) throws IOException {
    String dom = "react-dom/" + version + "/cjs/";
    String client = dom + "react-dom-client.development.js";
    boolean inOne = !Files.exists(webjars().resolve(client));
    return new TestPages(
        Map.of(
            "react",
            module("react/" + version + "/cjs/react.development.js", List.of())
                + "export const { "
                + NAMES
                + " } = module.exports;\n",
            "scheduler",
            module("scheduler/" + scheduler + "/cjs/scheduler.development.js", List.of()),
            "react-dom",
            module(
                dom + "react-dom.development.js",
                inOne ? List.of("react", "scheduler") : List.of("react")),
            "react-dom-client",
            inOne
                ? "export { default } from '/test/react-dom';\n"
                : module(client, List.of("react", "scheduler", "react-dom"))));
  }

  /** Opens a page in a new tab, with options it finds in the fragment of its address. */
  public Page open(BrowserContext profile, int port, String page, String options) {
    profile.route(url -> URI.create(url).getPath().startsWith("/test/"), this::answer);
    Page tab = profile.newPage();
    String fragment = URLEncoder.encode(options, StandardCharsets.UTF_8).replace("+", "%20");
    tab.navigate("http://127.0.0.1:" + port + "/test/" + page + "#" + fragment);
    return tab;
  }

  private void answer(Route route) {
    String name = URI.create(route.request().url()).getPath().substring("/test/".length());
    String module = modules.get(name);
    route.fulfill(
        new Route.FulfillOptions()
            .setContentType(
                (name.endsWith(".html") ? "text/html" : "text/javascript") + "; charset=utf-8")
            .setBody(module == null ? resource(name) : module));
  }

  private static String module(String file, List<String> required) throws IOException {
    List<String> lines = new ArrayList<>();
    List<String> members = new ArrayList<>();
    for (String name : required) {
      String variable = "m" + members.size();
      lines.add("import " + variable + " from '/test/" + name + "';");
      members.add("'" + name + "': " + variable);
    }
    lines.add("const module = { exports: {} };");
    lines.add("const known = { " + String.join(", ", members) + " };");
    lines.add("(function (module, exports, require, process) {");
    lines.add(Files.readString(webjars().resolve(file)));
    lines.add("})(module, module.exports, (name) => known[name], { env: {} });");
    lines.add("export default module.exports;");
    return String.join("\n", lines) + "\n";
  }

  private static Path webjars() {
    return Path.of(Objects.requireNonNull(System.getProperty("webjars"), "set by the build"));
  }

  private static String resource(String name) {
    try (InputStream in = TestPages.class.getResourceAsStream("/browser/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError("not a page of the tests: " + name, e);
    }
  }
}
