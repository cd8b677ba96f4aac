package io.velonx.gateway.loadtest.swarm;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.velonx.gateway.loadtest.dialect.Dialect.Login;
import io.velonx.gateway.loadtest.dialect.Values;
import java.time.Clock;

/** The tokens of a login. Threading: one thread at a time. Spec: RFC 7519 §4.1. */
final class Tokens {
  private static final long LIFE_SECONDS = 24 * 3600;

  private final Login login;
  private final Clock clock;
  private final TokenSigner signer;

  Tokens(Login login, String secret, Clock clock) {
    this.login = login;
    this.clock = clock;
    signer = new TokenSigner(secret);
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
    return signer.sign(claims).getBytes(UTF_8);
  }
}
