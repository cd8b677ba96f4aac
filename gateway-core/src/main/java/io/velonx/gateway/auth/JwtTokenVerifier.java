package io.velonx.gateway.auth;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.jsonwebtoken.ExpiredJwtException;
import io.jsonwebtoken.IncorrectClaimException;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.JwtParserBuilder;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.MissingClaimException;
import io.jsonwebtoken.PrematureJwtException;
import io.jsonwebtoken.io.AbstractDeserializer;
import io.jsonwebtoken.security.SignatureException;
import io.velonx.gateway.protocol.UserId;
import java.io.Reader;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens signed with a shared secret.
 *
 * <p>The policy alone decides which algorithm and which key are used; {@code kid}, {@code jku},
 * {@code jwk} and {@code x5u} of a header are never looked at. jjwt checks the signature, the
 * times, the issuer and the audience; the shape of the claims is checked here, because jjwt takes
 * an {@code exp} that is an object for none at all.
 *
 * <p>Threading: any thread; immutable. Fails: never; whatever jjwt throws, also {@link
 * IllegalArgumentException}, is a {@link TokenVerifier.Verification.Refused}.
 *
 * <p>Spec: RFC 7519 §4.1 and §7.2, RFC 7518 §3.2, RFC 8725 §3.1.
 */
public final class JwtTokenVerifier implements TokenVerifier {
  /** How far the clocks of who signs and who verifies may differ. */
  public static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(15);

  /** A name is shown next to every message; what is longer is cut. */
  static final int MAX_NAME_CHARS = 128;

  /** Browsers stop at about this length; a longer address is no use to anybody. */
  static final int MAX_PICTURE_CHARS = 2048;

  /** jjwt counts milliseconds in a long, and would take a later second for one long past. */
  private static final double MOST_SECONDS = 9e15;

  private static final Instant END_OF_TIME = Instant.parse("9999-12-31T23:59:59Z");

  /** One for each secret. */
  private final List<JwtParser> parsers;

  private final Set<JwtAlgorithm> algorithms;

  private final @Nullable String channelsClaim;

  public JwtTokenVerifier(JwtPolicy policy, Clock clock) {
    this(policy, null, clock);
  }

  /**
   * @param channelsClaim the claim that becomes {@link Principal#grants}; null when nobody looks at
   *     them
   */
  public JwtTokenVerifier(JwtPolicy policy, @Nullable String channelsClaim, Clock clock) {
    this.channelsClaim = channelsClaim;
    algorithms = policy.algorithms();
    parsers = policy.secrets().stream().map(secret -> parser(policy, secret, clock)).toList();
  }

  @Override
  public Verification verify(String token) {
    UnverifiedJwt jwt = UnverifiedJwt.parse(token);
    if (jwt == null) {
      return refused("not a signed token in compact form");
    }
    JwtAlgorithm algorithm = jwt.algorithm();
    if (algorithm == null || !algorithms.contains(algorithm)) {
      return refused("the algorithm is none of those accepted");
    }
    String oddity = jwt.oddity();
    if (oddity != null) {
      return refused(oddity);
    }
    String problem = problemOf(token);
    return problem == null ? accept(jwt.claims()) : refused(problem);
  }

  private @Nullable String problemOf(String token) {
    for (JwtParser parser : parsers) {
      try {
        parser.parseSignedClaims(token);
        return null;
      } catch (SignatureException e) {
        // Another secret may have signed it.
      } catch (ExpiredJwtException e) {
        return "it has expired";
      } catch (PrematureJwtException e) {
        return "it is not valid yet";
      } catch (MissingClaimException | IncorrectClaimException e) {
        return "the issuer or the audience is not the expected one";
      } catch (RuntimeException e) {
        return "it cannot be read: " + e.getClass().getSimpleName();
      }
    }
    return "the signature is by none of our secrets";
  }

  private Verification accept(JsonNode claims) {
    JsonNode subject = claims.path("sub");
    if (!subject.isTextual() || !UserId.isValid(subject.textValue())) {
      return refused("sub is no user id: " + UserId.EXPECTED);
    }
    for (String name : List.of("exp", "nbf", "iat")) {
      JsonNode time = claims.get(name);
      if (time != null && !isTime(time)) {
        return refused(name + " is no time in seconds");
      }
    }
    JsonNode channels = channelsClaim == null ? null : claims.get(channelsClaim);
    Grants grants = channels == null ? null : Grants.of(channels);
    if (channels != null && grants == null) {
      return refused(channelsClaim + " is no list of channels, or too long");
    }
    JsonNode expiry = claims.get("exp");
    return new Verification.Accepted(
        new Principal(
            subject.textValue(),
            nameOf(claims.path("name")),
            pictureOf(claims.path("picture")),
            expiry == null ? null : instantOf(expiry),
            grants));
  }

  private static boolean isTime(JsonNode value) {
    return value.isNumber() && Math.abs(value.doubleValue()) <= MOST_SECONDS;
  }

  /** Clamped, because nobody else wants to calculate with the year 285 million. */
  private static Instant instantOf(JsonNode seconds) {
    return Instant.ofEpochSecond(
        Math.max(0, Math.min((long) seconds.doubleValue(), END_OF_TIME.getEpochSecond())));
  }

  private static @Nullable String nameOf(JsonNode claim) {
    String name = claim.textValue();
    if (name == null || name.isBlank()) {
      return null;
    }
    boolean cutsPair =
        name.length() > MAX_NAME_CHARS
            && Character.isHighSurrogate(name.charAt(MAX_NAME_CHARS - 1));
    int length = Math.min(name.length(), cutsPair ? MAX_NAME_CHARS - 1 : MAX_NAME_CHARS);
    return wellFormed(name.substring(0, length));
  }

  private static @Nullable String pictureOf(JsonNode claim) {
    String picture = claim.textValue();
    boolean usable = picture != null && !picture.isBlank() && picture.length() <= MAX_PICTURE_CHARS;
    return usable ? wellFormed(picture) : null;
  }

  /** Lone surrogates cannot be written as UTF-8; what stands in for them is U+FFFD. */
  private static String wellFormed(String text) {
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(result::appendCodePoint);
    return result.toString();
  }

  private static Verification refused(String reason) {
    return new Verification.Refused(reason);
  }

  private static JwtParser parser(JwtPolicy policy, HmacSecret secret, Clock clock) {
    JwtParserBuilder builder =
        Jwts.parser()
            .verifyWith(secret.key())
            .clock(() -> Date.from(clock.instant()))
            .clockSkewSeconds(CLOCK_TOLERANCE.toSeconds())
            .json(new StrictDeserializer())
            .zip()
            .clear()
            .and()
            .enc()
            .clear()
            .and()
            .key()
            .clear()
            .and()
            .sig()
            .clear()
            .add(policy.algorithms().stream().map(JwtAlgorithm::mac).toList())
            .and();
    if (policy.issuer() != null) {
      builder.requireIssuer(policy.issuer());
    }
    if (policy.audience() != null) {
      builder.requireAudience(policy.audience());
    }
    return builder.build();
  }

  /** Lets jjwt read JSON with our limits. */
  private static final class StrictDeserializer extends AbstractDeserializer<Map<String, ?>> {
    @Override
    protected Map<String, ?> doDeserialize(Reader reader) throws Exception {
      return UnverifiedJwt.JSON.readValue(reader, new TypeReference<Map<String, Object>>() {});
    }
  }
}
