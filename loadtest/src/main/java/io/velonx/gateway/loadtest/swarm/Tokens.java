package io.velonx.gateway.loadtest.swarm;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.velonx.gateway.loadtest.dialect.Dialect.Login;
import io.velonx.gateway.loadtest.dialect.Values;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes HS256 tokens. Threading: one thread at a time. Spec: RFC 7515 §3.1, RFC 7519 §4.1. */
final class Tokens {
  private static final long LIFE_SECONDS = 24 * 3600;
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
  private static final String HEADER =
      BASE64.encodeToString("{\"alg\":\"HS256\",\"typ\":\"JWT\"}".getBytes(UTF_8));

  private final Login login;
  private final Clock clock;
  private final Mac mac;

  Tokens(Login login, String secret, Clock clock) {
    this.login = login;
    this.clock = clock;
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  byte[] token(Values values) {
    long now = clock.instant().getEpochSecond();
    String subject = new String(login.subject().render(values), UTF_8);
    String more = new String(login.claims().render(values), UTF_8);
    String claims =
        "{\"sub\":\""
            + subject
            + "\",\"iat\":"
            + now
            + ",\"exp\":"
            + (now + LIFE_SECONDS)
            + (more.isEmpty() ? "" : "," + more)
            + "}";
    String signed = HEADER + "." + BASE64.encodeToString(claims.getBytes(UTF_8));
    String signature = BASE64.encodeToString(mac.doFinal(signed.getBytes(UTF_8)));
    return (signed + "." + signature).getBytes(UTF_8);
  }
}
