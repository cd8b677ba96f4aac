package io.velonx.gateway.loadtest.micro;

import io.jsonwebtoken.Jwts;
import io.velonx.gateway.auth.JwtPolicy;
import io.velonx.gateway.auth.JwtTokenVerifier;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Verifying a token, and what a cache of tokens verified before would cost instead. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AuthBenchmark {
  private static final String SECRET = "benchmark-secret-of-at-least-32-octets";
  private static final int CACHED = 10_000;

  private final JwtTokenVerifier verifier =
      new JwtTokenVerifier(JwtPolicy.signedWith(SECRET), Clock.systemUTC());
  private final String token = token();
  private final Map<String, Verification> cache =
      Collections.synchronizedMap(
          new LinkedHashMap<>(CACHED, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Verification> eldest) {
              return size() > CACHED;
            }
          });

  /** As for each upgrade. */
  @Benchmark
  public Verification verify() {
    return verifier.verify(token);
  }

  /**
   * As for an upgrade with a token seen before; a fresh string, because each request has its own.
   */
  @Benchmark
  public @Nullable Verification verifyCached() {
    return cache.computeIfAbsent(new String(token.toCharArray()), verifier::verify);
  }

  private static String token() {
    return Jwts.builder()
        .subject("clx0a1b2c3d4e5f6")
        .claim("name", "Anna Example")
        .claim("picture", "https://cdn.example/avatars/clx0a1b2c3.png")
        .expiration(Date.from(Instant.now().plus(Duration.ofHours(1))))
        .signWith(
            new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"),
            Jwts.SIG.HS256)
        .compact();
  }
}
