package io.velonx.gateway.pipeline;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for, as it came: nothing is decoded.
 *
 * @param path from the first slash to before the first question mark
 * @param query what follows the question mark; empty when there is none
 */
record RequestTarget(String path, String query) {
  /**
   * Takes a request target apart. Spec: RFC 9112 §3.2.1 and §3.2.2.
   *
   * @return null for the forms that only proxies and {@code OPTIONS *} use
   */
  static @Nullable RequestTarget parse(String target) {
    String origin = target;
    if (!target.startsWith("/")) {
      int scheme = target.indexOf("://");
      if (scheme < 0 || !isHttp(target.substring(0, scheme))) {
        return null;
      }
      origin = afterAuthority(target, scheme + 3);
    }
    int question = origin.indexOf('?');
    return question < 0
        ? new RequestTarget(origin, "")
        : new RequestTarget(origin.substring(0, question), origin.substring(question + 1));
  }

  private static boolean isHttp(String scheme) {
    String lower = scheme.toLowerCase(Locale.ROOT);
    return lower.equals("http") || lower.equals("https");
  }

  private static String afterAuthority(String target, int from) {
    for (int i = from; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c == '/') {
        return target.substring(i);
      }
      if (c == '?') {
        return "/" + target.substring(i);
      }
    }
    return "/";
  }
}
