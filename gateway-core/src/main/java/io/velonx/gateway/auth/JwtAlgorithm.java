package io.velonx.gateway.auth;

import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.MacAlgorithm;
import io.jsonwebtoken.security.SecureDigestAlgorithm;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The signatures a token may carry: HMAC with a shared secret, or one of a key pair. Spec: RFC 7518
 * §3, RFC 8037 §3.1.
 */
public enum JwtAlgorithm {
  HS256(Jwts.SIG.HS256, Family.HMAC, 0),
  HS384(Jwts.SIG.HS384, Family.HMAC, 0),
  HS512(Jwts.SIG.HS512, Family.HMAC, 0),
  RS256(Jwts.SIG.RS256, Family.RSA, 2048),
  RS384(Jwts.SIG.RS384, Family.RSA, 2048),
  RS512(Jwts.SIG.RS512, Family.RSA, 2048),
  PS256(Jwts.SIG.PS256, Family.RSA, 2048),
  PS384(Jwts.SIG.PS384, Family.RSA, 2048),
  PS512(Jwts.SIG.PS512, Family.RSA, 2048),
  ES256(Jwts.SIG.ES256, Family.EC, 256),
  ES384(Jwts.SIG.ES384, Family.EC, 384),
  ES512(Jwts.SIG.ES512, Family.EC, 521),
  EDDSA(Jwts.SIG.EdDSA, Family.EDWARDS, 0);

  /** Those with a shared secret. */
  public static final Set<JwtAlgorithm> SHARED = Set.copyOf(EnumSet.range(HS256, HS512));

  @SuppressWarnings("ImmutableEnumChecker") // constants of jjwt, which never change
  private final SecureDigestAlgorithm<?, ?> signature;

  private final Family family;
  private final int keyBits;

  /**
   * @param keyBits what an RSA key has at least, and an elliptic curve exactly
   */
  JwtAlgorithm(SecureDigestAlgorithm<?, ?> signature, Family family, int keyBits) {
    this.signature = signature;
    this.family = family;
    this.keyBits = keyBits;
  }

  /** The algorithm of that name in a token's header, or null for any other. */
  public static @Nullable JwtAlgorithm named(@Nullable String name) {
    for (JwtAlgorithm algorithm : values()) {
      if (algorithm.wireName().equals(name)) {
        return algorithm;
      }
    }
    return null;
  }

  /** Every name, for people. */
  public static String names() {
    return Stream.of(values()).map(JwtAlgorithm::wireName).collect(Collectors.joining(", "));
  }

  /** As it stands in a header. */
  public String wireName() {
    return signature.getId();
  }

  /** Whether who verifies could sign as well. */
  public boolean isShared() {
    return family == Family.HMAC;
  }

  /** The algorithm as jjwt knows it, of a shared secret. */
  public MacAlgorithm mac() {
    if (signature instanceof MacAlgorithm mac) {
      return mac;
    }
    throw new IllegalStateException(this + " has no shared secret");
  }

  /** The algorithm as jjwt knows it. */
  SecureDigestAlgorithm<?, ?> signature() {
    return signature;
  }

  /** Whether the key is of the kind that this algorithm verifies with. */
  boolean fits(PublicKey key) {
    return switch (family) {
      case HMAC -> false;
      case RSA -> key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() >= keyBits;
      case EC ->
          key instanceof ECPublicKey ec
              && ec.getParams().getCurve().getField().getFieldSize() == keyBits;
      case EDWARDS -> key instanceof EdECPublicKey;
    };
  }

  private enum Family {
    HMAC,
    RSA,
    EC,
    EDWARDS
  }
}
