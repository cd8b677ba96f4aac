package io.velonx.gateway.auth;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens are good.
 *
 * @param secrets any of them may have signed; the others are on their way in or out. Without one,
 *     only signatures by key pairs are good
 * @param algorithms the only ones accepted, whatever a token says
 * @param issuer what {@code iss} must be; null for anything
 * @param audience what must be in {@code aud}; null for anything
 */
public record JwtPolicy(
    List<HmacSecret> secrets,
    Set<JwtAlgorithm> algorithms,
    @Nullable String issuer,
    @Nullable String audience) {
  public JwtPolicy {
    secrets = List.copyOf(secrets);
    algorithms = Set.copyOf(algorithms);
    if (algorithms.isEmpty()) {
      throw new IllegalArgumentException("algorithms: none (expected: at least one)");
    }
  }

  /** Signed with that secret by any algorithm that takes one, from anyone for anyone. */
  public static JwtPolicy signedWith(String secret) {
    return new JwtPolicy(List.of(new HmacSecret(secret)), JwtAlgorithm.SHARED, null, null);
  }
}
