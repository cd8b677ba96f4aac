package io.velonx.gateway.pipeline;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.velonx.gateway.auth.LoginPolicy;
import io.velonx.gateway.auth.SessionCookie;
import io.velonx.gateway.auth.SessionVerifier;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the token in a request and has it verified.
 *
 * <p>Looked for in this order: the session cookie, where it is looked at; the header {@code
 * Authorization: Bearer}, the subprotocols {@code bearer, TOKEN} (what a page can send besides a
 * query), the query parameter {@code token}. The first source that is there counts. One that is
 * there twice proves nothing: two readers could take different ones.
 *
 * <p>A page of an origin that is not on the list is refused whatever it brings, and a cookie needs
 * one that is: browsers send it along whoever asks.
 *
 * <p>Threading: event loops. Fails: a bad token is a value; only a broken verifier throws.
 */
final class Authentication {
  /** The subprotocol in front of a token. */
  static final String BEARER = "bearer";

  private static final String PARAMETER = "token";
  private static final String SCHEME = "Bearer";

  private final LoginPolicy policy;

  Authentication(LoginPolicy policy) {
    this.policy = policy;
  }

  Verification authenticate(String query, HttpHeaders headers) {
    return authenticate(query, headers, false);
  }

  /**
   * As {@link #authenticate}, for something that is only read. A page shows an image without an
   * Origin, so a cookie needs none; what another site embeds it cannot look into (our
   * Cross-Origin-Resource-Policy says so).
   */
  Verification authenticateFetch(String query, HttpHeaders headers) {
    return authenticate(query, headers, !headers.contains("Sec-Fetch-Site", "cross-site", true));
  }

  private Verification authenticate(String query, HttpHeaders headers, boolean cookieAlone) {
    List<String> origins = headers.getAll(HttpHeaderNames.ORIGIN);
    if (origins.size() > 1) {
      return new Verification.Refused("more than one Origin header");
    }
    if (!origins.isEmpty() && !policy.origins().allows(origins.get(0))) {
      return new Verification.Refused("a page of an origin that is not allowed");
    }
    SessionVerifier sessions = policy.sessions();
    SessionCookie cookie =
        sessions == null ? null : SessionCookie.find(headers.getAll(HttpHeaderNames.COOKIE));
    if (sessions != null && cookie != null) {
      return origins.isEmpty() && !cookieAlone
          ? new Verification.Refused("a session cookie without an Origin")
          : sessions.verify(cookie);
    }
    if (headers.getAll(HttpHeaderNames.AUTHORIZATION).stream().anyMatch(Authentication::isBearer)) {
      return fromAuthorization(headers);
    }
    if (HeaderTokens.contains(headers, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, BEARER, false)) {
      return fromSubprotocols(headers);
    }
    return fromQuery(query);
  }

  private Verification fromAuthorization(HttpHeaders headers) {
    String value = HeaderTokens.single(headers, HttpHeaderNames.AUTHORIZATION);
    return value == null
        ? new Verification.Refused("more than one Authorization header")
        : verify(value.substring(SCHEME.length()).strip());
  }

  /** Other schemes are not ours: a proxy in front may ask for Basic. */
  private static boolean isBearer(String authorization) {
    return authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && (authorization.length() == SCHEME.length()
            || authorization.charAt(SCHEME.length()) == ' ');
  }

  private Verification fromSubprotocols(HttpHeaders headers) {
    List<String> offered = HeaderTokens.all(headers, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
    int bearer = offered.indexOf(BEARER);
    if (bearer != offered.lastIndexOf(BEARER)) {
      return new Verification.Refused("more than one bearer subprotocol");
    }
    return bearer + 1 == offered.size()
        ? new Verification.Refused("no token behind the bearer subprotocol")
        : verify(offered.get(bearer + 1));
  }

  private Verification fromQuery(String query) {
    String token = null;
    boolean present = false;
    for (String parameter : query.split("&", -1)) {
      int equals = parameter.indexOf('=');
      String name = equals < 0 ? parameter : parameter.substring(0, equals);
      if (!PARAMETER.equals(decode(name))) {
        continue;
      }
      if (present) {
        return new Verification.Refused("more than one token");
      }
      present = true;
      token = equals < 0 ? "" : decode(parameter.substring(equals + 1));
    }
    return present ? verify(token) : new Verification.Refused("no token");
  }

  private Verification verify(@Nullable String token) {
    if (token == null) {
      return new Verification.Refused("broken percent-encoding");
    }
    return token.isEmpty()
        ? new Verification.Refused("empty token")
        : policy.tokens().verify(token);
  }

  /** A name or value of a form, decoded; null when its percent-encoding is broken. */
  private static @Nullable String decode(String encoded) {
    if (encoded.indexOf('%') < 0 && encoded.indexOf('+') < 0) {
      return encoded;
    }
    byte[] octets = new byte[encoded.length()];
    int length = 0;
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%') {
        int high = i + 2 < encoded.length() ? Character.digit(encoded.charAt(i + 1), 16) : -1;
        int low = i + 2 < encoded.length() ? Character.digit(encoded.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          return null;
        }
        octets[length++] = (byte) ((high << 4) | low);
        i += 2;
      } else if (c > 0x7F) {
        return null;
      } else {
        octets[length++] = (byte) (c == '+' ? ' ' : c);
      }
    }
    return new String(octets, 0, length, StandardCharsets.UTF_8);
  }
}
