package io.velonx.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import io.jsonwebtoken.JweHeader;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.AeadAlgorithm;
import io.jsonwebtoken.security.SecurityException;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import java.security.Key;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads the session cookies that Auth.js and NextAuth write, with the secrets of the site.
 *
 * <p>jjwt decrypts; the times and the shape of the claims are checked here. A session always has an
 * end and a subject.
 *
 * <p>Threading: any thread; immutable. Fails: never; a cookie that cannot be read is a value. Spec:
 * RFC 7516 §5.2, RFC 7518 §4.5 and §5.
 */
public final class JweSessionVerifier implements SessionVerifier {
  /** Longer than any session: the times are not for jjwt to judge. */
  private static final long ANY_TIME_SECONDS = 1_000_000_000_000L;

  /** What fits the head of a request. */
  private static final int MAX_CHARS = 32 * 1024;

  private final @Nullable String channelsClaim;
  private final Clock clock;

  /** By name of the cookie, one parser for each secret. */
  private final Map<String, List<JwtParser>> parsers = new HashMap<>();

  /** A reader of sessions, of which nobody wants grants. */
  public JweSessionVerifier(List<HmacSecret> secrets, Clock clock) {
    this(secrets, null, clock);
  }

  /**
   * A reader of sessions.
   *
   * @param channelsClaim the claim that becomes {@link Principal#grants}; null when nobody looks at
   *     them
   */
  public JweSessionVerifier(List<HmacSecret> secrets, @Nullable String channelsClaim, Clock clock) {
    this.channelsClaim = channelsClaim;
    this.clock = clock;
    for (String name : SessionScheme.COOKIE_NAMES) {
      parsers.put(name, secrets.stream().map(secret -> parser(secret, name)).toList());
    }
  }

  @Override
  public Verification verify(SessionCookie cookie) {
    Opened opened = open(cookie);
    JsonNode claims = opened.claims();
    if (claims == null) {
      return new Verification.Refused(opened.detail());
    }
    if (!claims.has("exp")) {
      return new Verification.Refused("a session without an end");
    }
    String problem = Claims.problemOfTimes(claims, clock.instant());
    return problem == null
        ? Claims.accept(claims, channelsClaim)
        : new Verification.Refused(problem);
  }

  /** What an encrypted token says openly, or null when it is none. */
  public static @Nullable JsonNode headerOf(String token) {
    String[] parts = token.split("\\.", -1);
    return parts.length == 5 && token.length() <= MAX_CHARS && parts[1].isEmpty()
        ? UnverifiedJwt.object(parts[0])
        : null;
  }

  /** Decrypts a cookie and believes nothing else of it. */
  public Opened open(SessionCookie cookie) {
    String token = cookie.token();
    if (token == null) {
      return Opened.not(String.valueOf(cookie.problem()));
    }
    String problem = problemOfForm(token, SessionScheme.of(cookie.name()));
    if (problem != null) {
      return Opened.not(problem);
    }
    List<JwtParser> own = parsers.getOrDefault(cookie.name(), List.of());
    for (int i = 0; i < own.size(); i++) {
      try {
        var claims = own.get(i).parseEncryptedClaims(token).getPayload();
        return new Opened(
            UnverifiedJwt.JSON.valueToTree(claims),
            i == 0 ? "by the secret" : "by a previous secret");
      } catch (SecurityException e) {
        // It may be encrypted with another secret.
      } catch (RuntimeException e) {
        return Opened.not("it cannot be read: " + e.getClass().getSimpleName());
      }
    }
    return Opened.not("encrypted with none of our secrets, or changed since");
  }

  private static @Nullable String problemOfForm(String token, SessionScheme scheme) {
    JsonNode header = headerOf(token);
    if (header == null) {
      return "not an encrypted token in compact form";
    }
    // Bits that nobody authenticates would make many tokens of one.
    if (!Stream.of(token.split("\\.", -1)).skip(2).allMatch(UnverifiedJwt::isCanonical)) {
      return "not in base64url as it is written";
    }
    if (!"dir".equals(header.path("alg").textValue())
        || scheme.encryption(header.path("enc").textValue()) == null) {
      return "the encryption is none that " + scheme + " uses";
    }
    return UnverifiedJwt.oddityOfEncrypted(header);
  }

  private static JwtParser parser(HmacSecret secret, String cookieName) {
    SessionScheme scheme = SessionScheme.of(cookieName);
    Map<String, Key> keys = new HashMap<>();
    for (AeadAlgorithm encryption : scheme.encryptions()) {
      keys.put(encryption.getId(), scheme.key(secret, cookieName, encryption));
    }
    return Jwts.parser()
        .keyLocator(
            header ->
                header instanceof JweHeader jwe ? keys.get(jwe.getEncryptionAlgorithm()) : null)
        .clockSkewSeconds(ANY_TIME_SECONDS)
        .json(new StrictDeserializer())
        .zip()
        .clear()
        .and()
        .sig()
        .clear()
        .and()
        .key()
        .clear()
        .add(Jwts.KEY.DIRECT)
        .and()
        .enc()
        .clear()
        .add(new ArrayList<>(scheme.encryptions()))
        .and()
        .build();
  }

  /**
   * What came of decrypting a cookie.
   *
   * @param claims null when it could not be decrypted
   * @param detail with which secret, or why not
   */
  public record Opened(@Nullable JsonNode claims, String detail) {
    private static Opened not(String reason) {
      return new Opened(null, reason);
    }
  }
}
