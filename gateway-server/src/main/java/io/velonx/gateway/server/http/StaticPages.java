package io.velonx.gateway.server.http;

import io.velonx.gateway.pipeline.HttpAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files of a resource folder, read once at the start. What is asked for is looked up in a map, so
 * no path leads to anything else. Threading: any thread; immutable.
 */
public final class StaticPages {
  /** Without any page. */
  public static final StaticPages NONE = new StaticPages(Map.of());

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "mjs", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "json", "application/json; charset=utf-8",
          "svg", "image/svg+xml",
          "png", "image/png",
          "txt", "text/plain; charset=utf-8",
          "ts", "text/plain; charset=utf-8",
          "woff2", "font/woff2");

  /** Everything from here, nothing from elsewhere, and no script or style within a page. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** Lets pages from elsewhere load it, which need not know more than the address. */
  private static final Map<String, String> FOR_ALL =
      Map.of("Access-Control-Allow-Origin", "*", "Cross-Origin-Resource-Policy", "cross-origin");

  private final Map<String, HttpAnswer> byPath;

  private StaticPages(Map<String, HttpAnswer> byPath) {
    this.byPath = Map.copyOf(byPath);
  }

  /**
   * Every file below the folder, under the same names: {@code web/demo/index.html} is {@code
   * /demo/}, and {@code /demo} leads there.
   *
   * <p>Fails: {@link IOException} when a resource cannot be read.
   *
   * @param folder as {@code web}
   */
  public static StaticPages load(ClassLoader loader, String folder) throws IOException {
    return load(loader, folder, Map.of());
  }

  /** As {@link #load(ClassLoader, String)}, for pages of any origin. */
  public static StaticPages loadForAll(ClassLoader loader, String folder) throws IOException {
    return load(loader, folder, FOR_ALL);
  }

  /** These pages and those; of two at one path, those. */
  public StaticPages with(StaticPages others) {
    Map<String, HttpAnswer> pages = new HashMap<>(byPath);
    pages.putAll(others.byPath);
    return new StaticPages(pages);
  }

  /** Those of them that are in that folder, as {@code /demo}, and what leads there. */
  public StaticPages below(String folder) {
    Map<String, HttpAnswer> pages = new HashMap<>(byPath);
    pages.keySet().removeIf(path -> !path.equals(folder) && !path.startsWith(folder + "/"));
    return new StaticPages(pages);
  }

  /** The page at that path, or null. */
  public @Nullable HttpAnswer get(String path) {
    return byPath.get(path);
  }

  private static StaticPages load(ClassLoader loader, String folder, Map<String, String> headers)
      throws IOException {
    Map<String, HttpAnswer> pages = new HashMap<>();
    for (String name : names(loader, folder)) {
      try (InputStream in = loader.getResourceAsStream(folder + "/" + name)) {
        if (in != null) {
          put(pages, "/" + name, in.readAllBytes(), headers);
        }
      }
    }
    return new StaticPages(pages);
  }

  private static void put(
      Map<String, HttpAnswer> pages, String path, byte[] body, Map<String, String> more) {
    HttpAnswer page = page(path, body, more);
    pages.put(path, page);
    if (path.endsWith("/index.html")) {
      String folder = path.substring(0, path.lastIndexOf('/') + 1);
      pages.put(folder, page);
      if (folder.length() > 1) {
        pages.put(folder.substring(0, folder.length() - 1), redirect(folder));
      }
    }
  }

  private static HttpAnswer redirect(String target) {
    return new HttpAnswer(
        302, "text/plain; charset=utf-8", new byte[0], Map.of("Location", target));
  }

  private static HttpAnswer page(String path, byte[] body, Map<String, String> more) {
    String type =
        TYPES.getOrDefault(path.substring(path.lastIndexOf('.') + 1), "application/octet-stream");
    Map<String, String> headers = new HashMap<>(more);
    headers.put("ETag", '"' + hash(body).substring(0, 22).replace('/', '_') + '"');
    headers.put("Cache-Control", "no-cache");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("Content-Security-Policy", POLICY);
    return new HttpAnswer(200, type, body, headers);
  }

  private static String hash(byte[] octets) {
    try {
      return Base64.getEncoder()
          .encodeToString(MessageDigest.getInstance("SHA-256").digest(octets));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256", e);
    }
  }

  /** Names of all files below a resource folder, which is one in a jar or a directory. */
  private static Iterable<String> names(ClassLoader loader, String folder) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    for (URL url : Collections.list(loader.getResources(folder))) {
      URLConnection connection = url.openConnection();
      if (connection instanceof JarURLConnection inJar) {
        names.addAll(namesIn(inJar.getJarFile(), folder + "/"));
      } else {
        names.addAll(namesBelow(pathOf(url)));
      }
    }
    return names;
  }

  private static List<String> namesIn(JarFile jar, String prefix) {
    return jar.stream()
        .filter(entry -> !entry.isDirectory())
        .map(JarEntry::getName)
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .toList();
  }

  private static List<String> namesBelow(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString().replace('\\', '/'))
          .toList();
    }
  }

  private static Path pathOf(URL url) throws IOException {
    try {
      return Path.of(new URI(url.toString()));
    } catch (URISyntaxException e) {
      throw new IOException("not a folder: " + url, e);
    }
  }
}
