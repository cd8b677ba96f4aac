package io.velonx.gateway.pipeline;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Negotiates compression: always without context in both directions, so that messages are deflated
 * once for all readers and no connection owns native memory.
 *
 * <p>An offer is declined when anything in it is unknown, malformed or twice there, or asks for a
 * smaller window than the JDK's deflater has; then the client's next offer is looked at. Spec: RFC
 * 7692 §5, §7.1.
 */
final class PerMessageDeflate {
  private static final String NAME = "permessage-deflate";
  private static final String ANSWER =
      NAME + "; server_no_context_takeover; client_no_context_takeover";

  private PerMessageDeflate() {}

  /**
   * The value of the answer's Sec-WebSocket-Extensions; null when no offer can be taken.
   *
   * @param headers the values of the request's Sec-WebSocket-Extensions, in order
   */
  static @Nullable String negotiate(List<String> headers) {
    for (String header : headers) {
      for (String offer : split(header, ',')) {
        String answer = answer(split(offer, ';'));
        if (answer != null) {
          return answer;
        }
      }
    }
    return null;
  }

  private static @Nullable String answer(List<String> offer) {
    if (!offer.get(0).strip().equals(NAME)) {
      return null;
    }
    Set<String> seen = new HashSet<>();
    boolean windowAsked = false;
    for (String parameter : offer.subList(1, offer.size())) {
      int equals = parameter.indexOf('=');
      String name = (equals < 0 ? parameter : parameter.substring(0, equals)).strip();
      String value = equals < 0 ? null : unquoted(parameter.substring(equals + 1).strip());
      if (!seen.add(name)) {
        return null;
      }
      boolean acceptable =
          switch (name) {
            case "server_no_context_takeover", "client_no_context_takeover" -> value == null;
            case "client_max_window_bits" -> value == null || isWindowBits(value);
            case "server_max_window_bits" -> "15".equals(value);
            default -> false;
          };
      if (!acceptable) {
        return null;
      }
      windowAsked |= name.equals("server_max_window_bits");
    }
    return windowAsked ? ANSWER + "; server_max_window_bits=15" : ANSWER;
  }

  private static boolean isWindowBits(String value) {
    return switch (value) {
      case "8", "9", "10", "11", "12", "13", "14", "15" -> true;
      default -> false;
    };
  }

  private static String unquoted(String value) {
    return value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }

  /** The parts between the separators that do not stand in quotes. */
  private static List<String> split(String list, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int from = 0;
    for (int i = 0; i < list.length(); i++) {
      char c = list.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++;
      } else if (c == separator && !quoted) {
        parts.add(list.substring(from, i));
        from = i + 1;
      }
    }
    parts.add(list.substring(from));
    return parts;
  }
}
