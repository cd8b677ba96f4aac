package io.velonx.gateway.loadtest.swarm;

import io.velonx.gateway.loadtest.dialect.Template;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens.
 *
 * @param path replaces that of the dialect up to its query; null leaves it alone
 */
public record Endpoint(String host, int port, @Nullable String path) {
  /** Fails: {@link IllegalArgumentException} for what is no URL with that scheme. */
  public static Endpoint parse(String url, String scheme, int defaultPort) {
    URI uri = URI.create(url);
    if (!scheme.equals(uri.getScheme()) || uri.getHost() == null) {
      throw new IllegalArgumentException("url: " + url + " (expected: " + scheme + "://HOST:PORT)");
    }
    String path = uri.getRawPath();
    boolean given = path != null && !path.isEmpty() && !path.equals("/");
    return new Endpoint(
        uri.getHost(), uri.getPort() < 0 ? defaultPort : uri.getPort(), given ? path : null);
  }

  /** The path of the dialect as this server wants it. */
  Template target(Template dialectPath) {
    String text = dialectPath.toString();
    int query = text.indexOf('?');
    return path == null
        ? dialectPath
        : Template.parse(path + (query < 0 ? "" : text.substring(query)));
  }

  String authority() {
    return host + ":" + port;
  }
}
