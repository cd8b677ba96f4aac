package io.velonx.gateway.server.api;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request to the back end's interface. Immutable by agreement: nobody changes the body.
 *
 * @param target path and query, still percent-encoded
 * @param contentType empty when there is none
 * @param key the API key that was shown; null when there is none
 * @param idempotencyKey null when there is none
 * @param peer the host it came from, for the audit log
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ApiRequest(
    String method,
    String target,
    String contentType,
    @Nullable String key,
    @Nullable String idempotencyKey,
    String peer,
    byte[] body) {

  String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  /** The value of a parameter of the query, or null. */
  @Nullable String parameter(String name) {
    int query = target.indexOf('?');
    if (query < 0) {
      return null;
    }
    for (String pair : target.substring(query + 1).split("&", -1)) {
      if (pair.startsWith(name + "=")) {
        return decode(pair.substring(name.length() + 1));
      }
    }
    return null;
  }

  /** A part of a path as it was meant; unchanged when its encoding is wrong. */
  static String decode(String part) {
    if (part.indexOf('%') < 0) {
      return part;
    }
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException badEncoding) {
      return part;
    }
  }

  /** What a route needs of it: the parts of the path that are not fixed, decoded. */
  record Call(ApiRequest request, List<String> arguments) {
    String argument(int index) {
      return arguments.get(index);
    }
  }
}
