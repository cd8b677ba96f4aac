package io.velonx.gateway.auth;

import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.MacAlgorithm;
import org.jspecify.annotations.Nullable;

/** The signatures a token may carry: HMAC with a shared secret, RFC 7518 §3.2. */
public enum JwtAlgorithm {
  HS256,
  HS384,
  HS512;

  /** The algorithm of that name in a token's header, or null for any other. */
  public static @Nullable JwtAlgorithm named(@Nullable String name) {
    for (JwtAlgorithm algorithm : values()) {
      if (algorithm.name().equals(name)) {
        return algorithm;
      }
    }
    return null;
  }

  /** The algorithm as jjwt knows it. */
  public MacAlgorithm mac() {
    return switch (this) {
      case HS256 -> Jwts.SIG.HS256;
      case HS384 -> Jwts.SIG.HS384;
      case HS512 -> Jwts.SIG.HS512;
    };
  }
}
