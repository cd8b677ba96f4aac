package io.velonx.gateway.auth;

import io.jsonwebtoken.ClaimJwtException;
import io.jsonwebtoken.ExpiredJwtException;
import io.jsonwebtoken.Header;
import io.jsonwebtoken.IncorrectClaimException;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.JwtParserBuilder;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.MissingClaimException;
import io.jsonwebtoken.PrematureJwtException;
import io.jsonwebtoken.ProtectedHeader;
import io.jsonwebtoken.security.SignatureException;
import java.security.Key;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies signed tokens.
 *
 * <p>The policy alone decides which algorithms and which keys are used; {@code kid} tells our own
 * keys apart, and {@code jku}, {@code jwk} and {@code x5u} of a header are never looked at. jjwt
 * checks the signature, the times, the issuer and the audience; the shape of the claims is checked
 * here, because jjwt takes an {@code exp} that is an object for none at all.
 *
 * <p>Threading: any thread; immutable. Fails: never; whatever jjwt throws, also {@link
 * IllegalArgumentException}, is a {@link TokenVerifier.Verification.Refused}.
 *
 * <p>Spec: RFC 7519 §4.1 and §7.2, RFC 7518 §3, RFC 8725 §3.1.
 */
public final class JwtTokenVerifier implements TokenVerifier {
  /** How far the clocks of who signs and who verifies may differ. */
  public static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(15);

  /** One for each secret. */
  private final List<JwtParser> parsers;

  /** That of signatures by key pairs. */
  private final JwtParser pairs;

  private final KeySource keys;
  private final Set<JwtAlgorithm> algorithms;

  /** The claim that becomes {@link Principal#grants}; null when nobody looks at them. */
  private final @Nullable String channelsClaim;

  /** A verifier of tokens with a shared secret, of which nobody wants grants. */
  public JwtTokenVerifier(JwtPolicy policy, Clock clock) {
    this(policy, KeySource.NONE, null, clock);
  }

  /** A verifier of every kind of signature, of which nobody wants grants. */
  public JwtTokenVerifier(JwtPolicy policy, KeySource keys, Clock clock) {
    this(policy, keys, null, clock);
  }

  /**
   * A verifier of every kind of signature.
   *
   * @param keys the other halves of the key pairs
   * @param channelsClaim the claim that becomes {@link Principal#grants}; null when nobody looks at
   *     them
   */
  public JwtTokenVerifier(
      JwtPolicy policy, KeySource keys, @Nullable String channelsClaim, Clock clock) {
    this.keys = keys;
    this.channelsClaim = channelsClaim;
    algorithms = policy.algorithms();
    parsers =
        policy.secrets().stream()
            .map(secret -> parser(policy, clock, true).verifyWith(secret.key()).build())
            .toList();
    pairs = parser(policy, clock, false).keyLocator(this::keyOf).build();
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
    if (!algorithm.isShared() && keys.find(jwt.kid(), algorithm) == null) {
      return refused("none of our keys is the one it names and fits its algorithm");
    }
    String problem = problemOf(token, algorithm.isShared() ? parsers : List.of(pairs));
    return problem == null ? Claims.accept(jwt.claims(), channelsClaim) : refused(problem);
  }

  /** Whether it is signed as it should be; for people, who want to know that apart. */
  public boolean isGenuine(String token) {
    UnverifiedJwt jwt = UnverifiedJwt.parse(token);
    JwtAlgorithm algorithm = jwt == null ? null : jwt.algorithm();
    if (algorithm == null || !algorithms.contains(algorithm)) {
      return false;
    }
    for (JwtParser parser : algorithm.isShared() ? parsers : List.of(pairs)) {
      try {
        parser.parseSignedClaims(token);
        return true;
      } catch (ClaimJwtException judgedLater) {
        // Thrown only of a signature that is good.
        return true;
      } catch (RuntimeException e) {
        // Another secret may have signed it.
      }
    }
    return false;
  }

  private static @Nullable String problemOf(String token, List<JwtParser> parsers) {
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
    return "the signature is by none of our secrets or keys";
  }

  private static Verification refused(String reason) {
    return new Verification.Refused(reason);
  }

  private @Nullable Key keyOf(Header header) {
    JwtAlgorithm algorithm = JwtAlgorithm.named(header.getAlgorithm());
    String kid = header instanceof ProtectedHeader named ? named.getKeyId() : null;
    return algorithm == null || algorithm.isShared() ? null : keys.find(kid, algorithm);
  }

  private static JwtParserBuilder parser(JwtPolicy policy, Clock clock, boolean shared) {
    JwtParserBuilder builder =
        Jwts.parser()
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
            .add(
                policy.algorithms().stream()
                    .filter(algorithm -> algorithm.isShared() == shared)
                    .map(JwtAlgorithm::signature)
                    .toList())
            .and();
    if (policy.issuer() != null) {
      builder.requireIssuer(policy.issuer());
    }
    if (policy.audience() != null) {
      builder.requireAudience(policy.audience());
    }
    return builder;
  }
}
