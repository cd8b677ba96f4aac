package io.velonx.gateway.pipeline;

import org.jspecify.annotations.Nullable;

/** Answers plain GET requests on the public port. Threading: event loops; must not block. */
@FunctionalInterface
public interface PublicHttp {
  /** Knows no path. */
  PublicHttp NOTHING = path -> null;

  /**
   * The answer for that path, or null for 404.
   *
   * @param path as it came, still percent-encoded, without the query
   */
  @Nullable HttpAnswer get(String path);
}
