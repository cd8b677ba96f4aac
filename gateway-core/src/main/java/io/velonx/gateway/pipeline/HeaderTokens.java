package io.velonx.gateway.pipeline;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads headers that are lists of tokens, or must be there once. Spec: RFC 9110 §5.6.1. */
final class HeaderTokens {
  private HeaderTokens() {}

  /** Whether one of the comma-separated tokens of that header is the wanted one. */
  static boolean contains(HttpHeaders headers, CharSequence name, String wanted, boolean anyCase) {
    for (String token : all(headers, name)) {
      if (anyCase ? token.equalsIgnoreCase(wanted) : token.equals(wanted)) {
        return true;
      }
    }
    return false;
  }

  /** The comma-separated tokens of that header, in the order in which they came. */
  static List<String> all(HttpHeaders headers, CharSequence name) {
    List<String> values = headers.getAll(name);
    List<String> tokens = new ArrayList<>(values.size());
    for (String value : values) {
      int from = 0;
      while (from <= value.length()) {
        int comma = value.indexOf(',', from);
        int to = comma < 0 ? value.length() : comma;
        tokens.add(value.substring(from, to).strip());
        from = to + 1;
      }
    }
    return tokens;
  }

  /** The value of a header that is there exactly once; null otherwise. */
  static @Nullable String single(HttpHeaders headers, CharSequence name) {
    var values = headers.getAll(name);
    return values.size() == 1 ? values.get(0) : null;
  }
}
