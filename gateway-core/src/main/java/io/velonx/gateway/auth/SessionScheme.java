package io.velonx.gateway.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.AeadAlgorithm;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Who writes session cookies, and how the key for them is made from the site's secret. */
public enum SessionScheme {
  /** Auth.js v5: a key for each name of the cookie. */
  AUTH_JS("authjs.session-token") {
    @Override
    List<AeadAlgorithm> encryptions() {
      return List.of(Jwts.ENC.A256CBC_HS512, Jwts.ENC.A256GCM);
    }

    @Override
    byte[] derive(byte[] secret, String cookieName, int length) {
      String info = "Auth.js Generated Encryption Key (" + cookieName + ")";
      return Hkdf.derive(secret, cookieName.getBytes(UTF_8), info.getBytes(UTF_8), length);
    }
  },
  /** NextAuth v4: one key, whatever the cookie is called. */
  NEXT_AUTH("next-auth.session-token") {
    @Override
    List<AeadAlgorithm> encryptions() {
      return List.of(Jwts.ENC.A256GCM);
    }

    @Override
    byte[] derive(byte[] secret, String cookieName, int length) {
      String info = "NextAuth.js Generated Encryption Key";
      return Hkdf.derive(secret, new byte[0], info.getBytes(UTF_8), length);
    }
  };

  /** Every name of a session cookie; of several cookies, the first in this order counts. */
  public static final List<String> COOKIE_NAMES =
      Stream.of(values())
          .flatMap(scheme -> Stream.of("__Secure-" + scheme.baseName, scheme.baseName))
          .toList();

  private final String baseName;

  SessionScheme(String baseName) {
    this.baseName = baseName;
  }

  /** The scheme of one of {@link #COOKIE_NAMES}. */
  static SessionScheme of(String cookieName) {
    return cookieName.endsWith(AUTH_JS.baseName) ? AUTH_JS : NEXT_AUTH;
  }

  /** The encryption of that name in a header, or null when this scheme does not use it. */
  @Nullable AeadAlgorithm encryption(@Nullable String name) {
    for (AeadAlgorithm encryption : encryptions()) {
      if (encryption.getId().equals(name)) {
        return encryption;
      }
    }
    return null;
  }

  abstract List<AeadAlgorithm> encryptions();

  SecretKey key(HmacSecret secret, String cookieName, AeadAlgorithm encryption) {
    int bytes = encryption.getKeyBitLength() / Byte.SIZE;
    return new SecretKeySpec(derive(secret.octets(), cookieName, bytes), "AES");
  }

  abstract byte[] derive(byte[] secret, String cookieName, int length);
}
