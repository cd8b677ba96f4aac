package io.velonx.gateway.auth;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * A shared secret of any length: the octets of its text in UTF-8, not decoded in any way.
 *
 * <p>jjwt refuses keys shorter than the hash. HMAC itself fills a short key with zeros up to the
 * block of the hash (RFC 2104 §2), which is 64 octets or 128, so filling it up to 64 beforehand
 * changes nothing but satisfies jjwt.
 */
public final class HmacSecret {
  private static final int LEAST_KEY_BYTES = 64;

  private final byte[] octets;
  private final SecretKey key;

  /** Fails: {@link IllegalArgumentException} for an empty secret. */
  public HmacSecret(String text) {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("secret: empty (expected: at least one character)");
    }
    octets = text.getBytes(StandardCharsets.UTF_8);
    key = new SecretKeySpec(padded(octets), "HmacSHA512");
  }

  /** The octets of its text; nobody changes them. */
  byte[] octets() {
    return octets;
  }

  /** The key; fits every {@link JwtAlgorithm} that is shared. */
  public SecretKey key() {
    return key;
  }

  /** Says nothing of the secret. */
  @Override
  public String toString() {
    return "HmacSecret[masked]";
  }

  private static byte[] padded(byte[] octets) {
    return octets.length >= LEAST_KEY_BYTES ? octets : Arrays.copyOf(octets, LEAST_KEY_BYTES);
  }
}
