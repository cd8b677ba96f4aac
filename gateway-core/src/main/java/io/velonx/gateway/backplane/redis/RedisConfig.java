package io.velonx.gateway.backplane.redis;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Where Redis is and how to get in. Its text never shows the password.
 *
 * @param tls whether the connection is encrypted
 * @param user the ACL user, or null for the default one
 * @param verifyCertificates whether the server's certificate and its name are checked; only read
 *     with TLS
 */
public record RedisConfig(
    String host,
    int port,
    boolean tls,
    @Nullable String user,
    @Nullable String password,
    int database,
    boolean verifyCertificates) {
  private static final int DEFAULT_PORT = 6379;
  private static final String EXPECTED =
      " (expected: redis[s]://[[user]:password@]host[:port][/n])";

  public RedisConfig {
    if (host.isEmpty()) {
      throw new IllegalArgumentException("host: empty (expected: a name or an address)");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 1 to 65535)");
    }
    if (database < 0) {
      throw new IllegalArgumentException("database: " + database + " (expected: >= 0)");
    }
  }

  /**
   * Reads {@code redis://} or {@code rediss://} with user, password and database; certificates are
   * verified.
   *
   * <p>Taken apart by hand: names of containers may hold an underscore and passwords anything,
   * which {@code java.net.URI} refuses. Fails: {@link IllegalArgumentException}, without the text,
   * which may hold a password.
   */
  public static RedisConfig parse(String url) {
    String text = url.trim();
    int schemeEnd = text.indexOf("://");
    String scheme = schemeEnd < 0 ? "" : text.substring(0, schemeEnd);
    boolean tls = scheme.equalsIgnoreCase("rediss");
    if (!tls && !scheme.equalsIgnoreCase("redis")) {
      throw new IllegalArgumentException("Redis URL: unknown scheme" + EXPECTED);
    }
    String rest = text.substring(schemeEnd + 3);
    int at = rest.lastIndexOf('@');
    String address = rest.substring(at + 1);
    if (address.contains(",")) {
      throw new IllegalArgumentException("Redis URL: several nodes are not supported" + EXPECTED);
    }
    int query = address.indexOf('?');
    address = query < 0 ? address : address.substring(0, query);
    int slash = address.indexOf('/');
    String path = slash < 0 ? "" : address.substring(slash + 1);
    address = slash < 0 ? address : address.substring(0, slash);
    int colon = portColon(address);
    String host = colon < 0 ? address : address.substring(0, colon);
    int port = colon < 0 ? DEFAULT_PORT : number("port", address.substring(colon + 1));
    int database = path.isEmpty() ? 0 : number("database", path);
    String login = at < 0 ? "" : rest.substring(0, at);
    int separator = login.indexOf(':');
    String user = separator < 0 ? login : login.substring(0, separator);
    String password = separator < 0 ? "" : login.substring(separator + 1);
    return new RedisConfig(host, port, tls, decode(user), decode(password), database, true);
  }

  /** The same, with certificates verified or not. */
  public RedisConfig withVerifyCertificates(boolean verify) {
    return new RedisConfig(host, port, tls, user, password, database, verify);
  }

  /** Scheme, host and port: what may be logged. */
  public String address() {
    return (tls ? "rediss://" : "redis://") + host + ":" + port;
  }

  @Override
  public String toString() {
    return address() + "/" + database;
  }

  /** The colon before the port; an address in brackets has its own. */
  private static int portColon(String address) {
    int colon = address.lastIndexOf(':');
    return colon > address.lastIndexOf(']') ? colon : -1;
  }

  private static int number(String name, String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("Redis URL: " + name + " is no number" + EXPECTED, e);
    }
  }

  private static @Nullable String decode(String text) {
    if (text.isEmpty()) {
      return null;
    }
    try {
      // A plus stands for itself outside of queries.
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return text;
    }
  }
}
