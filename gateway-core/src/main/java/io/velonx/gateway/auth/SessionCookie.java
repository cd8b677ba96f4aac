package io.velonx.gateway.auth;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The session cookie of a request, put together from its chunks.
 *
 * @param name one of {@link SessionScheme#COOKIE_NAMES}, without the number of a chunk
 * @param token what is encrypted in it; null when that cannot be said
 * @param problem why it cannot be said, or null
 */
public record SessionCookie(String name, @Nullable String token, @Nullable String problem) {
  /** A browser keeps no more than about 4 KB in one cookie, and a head holds 32 KB. */
  static final int MAX_CHUNKS = 16;

  /**
   * The session cookie in these headers, or null when there is none.
   *
   * @param headers the values of {@code Cookie}. Spec: RFC 6265 §4.2.1
   */
  public static @Nullable SessionCookie find(List<String> headers) {
    for (String name : SessionScheme.COOKIE_NAMES) {
      Parts parts = new Parts(name);
      headers.forEach(parts::read);
      SessionCookie found = parts.join();
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** The cookies of one name. */
  private static final class Parts {
    private static final int WHOLE = -1;

    private final String name;
    private final Map<Integer, String> values = new HashMap<>();
    private boolean repeated;

    Parts(String name) {
      this.name = name;
    }

    void read(String header) {
      int from = 0;
      while (from < header.length()) {
        int semicolon = header.indexOf(';', from);
        int to = semicolon < 0 ? header.length() : semicolon;
        int equals = header.indexOf('=', from);
        if (equals >= 0 && equals < to) {
          add(header.substring(from, equals).strip(), header.substring(equals + 1, to).strip());
        }
        from = to + 1;
      }
    }

    @Nullable SessionCookie join() {
      if (values.isEmpty()) {
        return null;
      }
      if (repeated) {
        return bad("one cookie is there twice");
      }
      String whole = values.get(WHOLE);
      if (whole != null) {
        return values.size() == 1
            ? new SessionCookie(name, whole, null)
            : bad("it is there whole and in chunks");
      }
      StringBuilder token = new StringBuilder();
      for (int i = 0; i < values.size(); i++) {
        String chunk = values.get(i);
        if (chunk == null) {
          return bad("a chunk is missing, or there are more than " + MAX_CHUNKS);
        }
        token.append(chunk);
      }
      return new SessionCookie(name, token.toString(), null);
    }

    private void add(String cookie, String value) {
      if (!cookie.startsWith(name)) {
        return;
      }
      int part = part(cookie.substring(name.length()));
      if (part >= WHOLE && values.put(part, value) != null) {
        repeated = true;
      }
    }

    /** The number of a chunk, by exactly that name; less than -1 for a cookie of somebody else. */
    private static int part(String suffix) {
      if (suffix.isEmpty()) {
        return WHOLE;
      }
      for (int i = 0; i <= MAX_CHUNKS; i++) {
        if (suffix.equals("." + i)) {
          // One more than may be is a number that is never reached.
          return i < MAX_CHUNKS ? i : Integer.MAX_VALUE;
        }
      }
      return WHOLE - 1;
    }

    private SessionCookie bad(String problem) {
      return new SessionCookie(name, null, problem);
    }
  }
}
