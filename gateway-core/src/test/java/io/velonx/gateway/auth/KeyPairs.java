package io.velonx.gateway.auth;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jsonwebtoken.JwtBuilder;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.io.Encoders;
import io.jsonwebtoken.security.Jwks;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Key pairs for every algorithm that has one, the tokens they sign, and their JWK sets. */
final class KeyPairs {
  /** Making an RSA key takes a while. */
  private static final Map<String, KeyPair> MADE = new ConcurrentHashMap<>();

  private KeyPairs() {}

  static KeyPair of(JwtAlgorithm algorithm, String kid) {
    return MADE.computeIfAbsent(
        algorithm + kid,
        any ->
            switch (algorithm) {
              case HS256, HS384, HS512 -> throw new IllegalArgumentException("shared");
              case RS256, RS384, RS512, PS256, PS384, PS512 -> Jwts.SIG.RS256.keyPair().build();
              case ES256 -> Jwts.SIG.ES256.keyPair().build();
              case ES384 -> Jwts.SIG.ES384.keyPair().build();
              case ES512 -> Jwts.SIG.ES512.keyPair().build();
              case EDDSA -> Jwts.SIG.EdDSA.keyPair().build();
            });
  }

  static String token(JwtAlgorithm algorithm, String kid, String user, Instant end) {
    PrivateKey key = of(algorithm, kid).getPrivate();
    return sign(Jwts.builder().header().keyId(kid).and().subject(user), algorithm, key, end);
  }

  private static String sign(
      JwtBuilder builder, JwtAlgorithm algorithm, PrivateKey key, Instant end) {
    builder.expiration(Date.from(end));
    return switch (algorithm) {
      case HS256, HS384, HS512 -> throw new IllegalArgumentException("shared");
      case RS256 -> builder.signWith(key, Jwts.SIG.RS256).compact();
      case RS384 -> builder.signWith(key, Jwts.SIG.RS384).compact();
      case RS512 -> builder.signWith(key, Jwts.SIG.RS512).compact();
      case PS256 -> builder.signWith(key, Jwts.SIG.PS256).compact();
      case PS384 -> builder.signWith(key, Jwts.SIG.PS384).compact();
      case PS512 -> builder.signWith(key, Jwts.SIG.PS512).compact();
      case ES256 -> builder.signWith(key, Jwts.SIG.ES256).compact();
      case ES384 -> builder.signWith(key, Jwts.SIG.ES384).compact();
      case ES512 -> builder.signWith(key, Jwts.SIG.ES512).compact();
      case EDDSA -> builder.signWith(key, Jwts.SIG.EdDSA).compact();
    };
  }

  /** The public half as an entry of a set. */
  static ObjectNode jwk(PublicKey key, String kid) {
    ObjectNode entry = UnverifiedJwt.JSON.createObjectNode().put("kid", kid).put("use", "sig");
    Jwks.builder()
        .key(key)
        .build()
        .forEach(
            (name, value) ->
                entry.put(
                    name,
                    value instanceof byte[] octets
                        ? Encoders.BASE64URL.encode(octets)
                        : String.valueOf(value)));
    return entry;
  }

  static byte[] set(ObjectNode... entries) {
    ObjectNode set = UnverifiedJwt.JSON.createObjectNode();
    var keys = set.putArray("keys");
    for (ObjectNode entry : entries) {
      keys.add(entry);
    }
    return set.toString().getBytes(StandardCharsets.UTF_8);
  }
}
