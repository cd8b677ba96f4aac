package io.velonx.gateway.server.hooks;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests: HMAC-SHA256 over the time in seconds, a full stop and the body, so that neither
 * can be changed, and a back end can refuse what is old. Threading: any thread; immutable.
 */
final class HookSigner {
  static final String TIMESTAMP = "X-Velonx-Timestamp";
  static final String SIGNATURE = "X-Velonx-Signature";

  private static final String HMAC = "HmacSHA256";

  private final SecretKeySpec key;

  HookSigner(String secret) {
    key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), HMAC);
  }

  /** The value of {@value #SIGNATURE}. */
  String sign(String timestamp, byte[] body) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      mac.update((timestamp + ".").getBytes(StandardCharsets.US_ASCII));
      return "v1=" + HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JVM has " + HMAC, e);
    }
  }
}
