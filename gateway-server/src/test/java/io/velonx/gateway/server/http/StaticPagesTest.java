package io.velonx.gateway.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.pipeline.HttpAnswer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StaticPagesTest {
  private final StaticPages pages;

  StaticPagesTest() throws IOException {
    pages = StaticPages.load(StaticPagesTest.class.getClassLoader(), "pages");
  }

  @Test
  void filesAreServedUnderTheirNamesWithTheirTypes() {
    assertEquals("text/html; charset=utf-8", page("/demo/index.html").contentType());
    assertEquals("text/javascript; charset=utf-8", page("/demo/more.js").contentType());
    assertEquals("let b = 2;\n", new String(page("/demo/more.js").body(), StandardCharsets.UTF_8));
  }

  @Test
  void folderIsItsIndexAndItsNameAloneLeadsThere() {
    assertEquals(page("/demo/index.html"), page("/demo/"));
    assertEquals(302, page("/demo").status());
    assertEquals("/demo/", page("/demo").headers().get("Location"));
  }

  @Test
  void nothingButFilesOfTheNodeIsAllowedInAPage() {
    String policy = page("/demo/").headers().getOrDefault("Content-Security-Policy", "");
    assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
    assertTrue(policy.contains("connect-src 'self';"), policy);
    assertTrue(policy.contains("frame-ancestors 'none'"), policy);
    assertTrue(!policy.contains("unsafe"), policy);
  }

  @Test
  void everyFileHasItsOwnTag() {
    String tag = page("/demo/more.js").headers().getOrDefault("ETag", "");
    assertTrue(tag.matches("\"[A-Za-z0-9+_=]{22}\""), tag);
    assertNotEquals(tag, page("/demo/").headers().get("ETag"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/demo/../demo/index.html",
        "/demo/..%2f..%2fapplication.yaml",
        "/../pages/demo/index.html",
        "//demo/",
        "/demo//",
        "/demo/index.html/",
        "/demo/%2e%2e/",
        "/demo/more.js%00.html",
        "/demo\\index.html",
        "/META-INF/MANIFEST.MF",
      })
  void noOtherPathLeadsAnywhere(String path) {
    assertNull(pages.get(path));
  }

  @Test
  void pagesAreFoundInAJar(@TempDir Path folder) throws IOException {
    Path jar = folder.resolve("pages.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      for (String name : new String[] {"packed/", "packed/demo/", "packed/demo/index.html"}) {
        zip.putNextEntry(new ZipEntry(name));
        if (name.endsWith(".html")) {
          zip.write("<p>hi".getBytes(StandardCharsets.UTF_8));
        }
        zip.closeEntry();
      }
    }
    try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
      HttpAnswer page = StaticPages.load(loader, "packed").get("/demo/");
      assertNotNull(page);
      assertEquals("<p>hi", new String(page.body(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void onlyWhatIsInAFolderIsLeftOfIt() {
    assertEquals(page("/demo/"), pages.below("/demo").get("/demo/"));
    assertEquals(page("/demo"), pages.below("/demo").get("/demo"));
    assertNull(pages.below("/dem").get("/demo/"));
    assertNull(pages.below("/demo/more.js").get("/demo/"));
  }

  @Test
  void missingFolderHasNoPages() throws IOException {
    assertNull(StaticPages.load(StaticPagesTest.class.getClassLoader(), "no-such").get("/demo/"));
  }

  private HttpAnswer page(String path) {
    HttpAnswer page = pages.get(path);
    assertNotNull(page, path);
    return page;
  }
}
