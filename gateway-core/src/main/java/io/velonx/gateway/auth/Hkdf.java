package io.velonx.gateway.auth;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Derives keys from a secret, with SHA-256. Threading: any thread. Spec: RFC 5869. */
final class Hkdf {
  private static final String HMAC = "HmacSHA256";
  private static final int HASH_BYTES = 32;

  private Hkdf() {}

  static byte[] derive(byte[] secret, byte[] salt, byte[] info, int length) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      // No salt is one of zeros, §2.2; the JDK knows no empty keys.
      mac.init(new SecretKeySpec(salt.length == 0 ? new byte[HASH_BYTES] : salt, HMAC));
      mac.init(new SecretKeySpec(mac.doFinal(secret), HMAC));
      byte[] result = new byte[length];
      byte[] block = {};
      for (int done = 0, number = 1; done < length; done += HASH_BYTES, number++) {
        mac.update(block);
        mac.update(info);
        mac.update((byte) number);
        block = mac.doFinal();
        System.arraycopy(block, 0, result, done, Math.min(HASH_BYTES, length - done));
      }
      return result;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JVM has " + HMAC, e);
    }
  }
}
