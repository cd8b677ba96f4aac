package io.velonx.gateway.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.server.RequiredTool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The client for pages: what is served, and that it is what its sources make. */
class ClientModuleTest {
  private static final int MAX_PACKED_BYTES = 8 * 1024;
  private static final Path FOLDER = Path.of("client").toAbsolutePath();

  private final StaticPages pages;

  ClientModuleTest() throws IOException {
    pages = StaticPages.loadForAll(ClientModuleTest.class.getClassLoader(), "client");
  }

  @Test
  void clientIsOneModuleOfLessThanEightKilobytesPacked() throws IOException {
    HttpAnswer client = page("/client.js");
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(client.body());
    }
    assertTrue(packed.size() < MAX_PACKED_BYTES, packed.size() + " octets");
    assertFalse(text(client).lines().anyMatch(line -> line.startsWith("import ")));
  }

  @Test
  void hooksNeedReactAndTheClientOnly() {
    List<String> imports =
        text(page("/react.js")).lines().filter(line -> line.startsWith("import ")).toList();
    assertEquals(2, imports.size(), imports.toString());
    assertTrue(imports.get(0).endsWith("from 'react';"), imports.get(0));
    assertTrue(imports.get(1).endsWith("from './client.js';"), imports.get(1));
  }

  @ParameterizedTest
  @CsvSource({
    "/client.js, text/javascript; charset=utf-8",
    "/react.js, text/javascript; charset=utf-8",
    "/client.d.ts, text/plain; charset=utf-8",
    "/react.d.ts, text/plain; charset=utf-8",
    "/upload.js, text/javascript; charset=utf-8",
    "/upload.d.ts, text/plain; charset=utf-8",
  })
  void pagesOfAnyOriginMayLoadItAndKeepItWhileItsTagIsTheSame(String path, String type) {
    HttpAnswer page = page(path);
    assertEquals(type, page.contentType());
    assertEquals("*", page.headers().get("Access-Control-Allow-Origin"));
    assertEquals("cross-origin", page.headers().get("Cross-Origin-Resource-Policy"));
    assertEquals("no-cache", page.headers().get("Cache-Control"));
    assertNotNull(page.headers().get("ETag"));
  }

  @Test
  void packageNamesFilesThatAreThere() throws IOException {
    JsonNode exports =
        new ObjectMapper().readTree(FOLDER.resolve("package.json").toFile()).path("exports");
    assertEquals(3, exports.size());
    for (JsonNode entry : exports) {
      for (JsonNode file : entry) {
        assertTrue(Files.isRegularFile(FOLDER.resolve(file.asText())), file.asText());
      }
    }
  }

  @Test
  void moduleIsWhatItsSourcesMake(@TempDir Path folder) throws Exception {
    Path types = Files.createDirectory(folder.resolve("types"));
    Files.createSymbolicLink(types.resolve("react"), webjar("types__react/19.2.16"));
    Files.createSymbolicLink(types.resolve("csstype"), webjar("csstype/3.2.3"));
    node(
        FOLDER,
        "build.mjs",
        "--check",
        "--typescript",
        webjar("typescript/5.9.3").resolve("lib/typescript.js").toString(),
        "--types",
        types.toString(),
        "--scratch",
        folder.resolve("scratch").toString());
  }

  @Test
  void clientStandsItsOwnTests() throws Exception {
    node(FOLDER, "--test", "test/");
  }

  /** Where there is no page: nothing is opened, nothing is missing. */
  @ParameterizedTest
  @ValueSource(strings = {"18.3.1", "19.3.0"})
  void hooksAreRenderedOnAServer(String version, @TempDir Path folder) throws Exception {
    for (String name : new String[] {"client.js", "react.js"}) {
      Files.write(folder.resolve(name), page("/" + name).body());
    }
    Path modules = Files.createDirectory(folder.resolve("node_modules"));
    Files.createSymbolicLink(modules.resolve("react"), webjar("react/" + version));
    Files.createSymbolicLink(modules.resolve("react-dom"), webjar("react-dom/" + version));
    Files.writeString(folder.resolve("package.json"), "{\"type\":\"module\"}");
    Files.writeString(
        folder.resolve("page.js"),
        """
        import assert from 'node:assert/strict';
        import { createElement as h } from 'react';
        import { renderToString } from 'react-dom/server';
        import { GatewayProvider, useChannel, useGatewayState, useOnlineStatus, usePresence,
          useTyping, useTypingIndicator, useWebSocket } from './react.js';

        function Page() {
          const { state } = useGatewayState();
          const { isLive } = useChannel('room:a', () => {});
          const counts = [useTyping('room:a').typingUsers.length, usePresence('room:a').members.length,
            useTypingIndicator('a', null, () => {}).typingUsers.length, useOnlineStatus().onlineUsers.size];
          const old = useWebSocket({ url: 'ws://127.0.0.1:1/' }, () => {});
          return `${state} ${isLive} ${counts} ${old.connectionState}`;
        }

        assert.equal(renderToString(h(GatewayProvider, { token: () => 't' }, h(Page))),
          'idle false 0,0,0,0 disconnected');
        """);
    node(folder, "--preserve-symlinks", "page.js");
  }

  private static void node(Path folder, String... words) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(RequiredTool.require("node").toString());
    command.addAll(List.of(words));
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(1, TimeUnit.MINUTES), output);
    assertEquals(0, process.exitValue(), output);
  }

  private static Path webjar(String name) {
    return Path.of(Objects.requireNonNull(System.getProperty("webjars"), "set by the build"), name);
  }

  private HttpAnswer page(String path) {
    HttpAnswer page = pages.get(path);
    assertNotNull(page, path);
    return page;
  }

  private static String text(HttpAnswer page) {
    return new String(page.body(), StandardCharsets.UTF_8);
  }
}
