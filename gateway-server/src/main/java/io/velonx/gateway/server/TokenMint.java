package io.velonx.gateway.server;

import io.jsonwebtoken.JwtBuilder;
import io.jsonwebtoken.Jwts;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes tokens, for trying things out. Threading: any thread; immutable. */
public final class TokenMint {
  private final HmacSecret secret;
  private final JwtAlgorithm algorithm;
  private final @Nullable String issuer;
  private final @Nullable String audience;
  private final Clock clock;

  public TokenMint(
      HmacSecret secret,
      JwtAlgorithm algorithm,
      @Nullable String issuer,
      @Nullable String audience,
      Clock clock) {
    this.secret = secret;
    this.algorithm = algorithm;
    this.issuer = issuer;
    this.audience = audience;
    this.clock = clock;
  }

  /** The first of the algorithms that signs with a secret. */
  public static Optional<JwtAlgorithm> algorithmOf(Set<JwtAlgorithm> accepted) {
    return accepted.stream().filter(JwtAlgorithm::isShared).findFirst();
  }

  /** A signed token for that user. */
  public String mint(
      String userId, @Nullable String name, @Nullable String picture, Duration lifetime) {
    Instant now = clock.instant();
    JwtBuilder builder =
        Jwts.builder()
            .subject(userId)
            .issuedAt(Date.from(now))
            .expiration(Date.from(now.plus(lifetime)));
    if (name != null) {
      builder.claim("name", name);
    }
    if (picture != null) {
      builder.claim("picture", picture);
    }
    if (issuer != null) {
      builder.issuer(issuer);
    }
    if (audience != null) {
      builder.audience().add(audience);
    }
    return builder.signWith(secret.key(), algorithm.mac()).compact();
  }
}
