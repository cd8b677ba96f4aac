package io.velonx.gateway.server;

import io.velonx.gateway.auth.TokenVerifier;
import java.time.Duration;

/**
 * Verifies tokens before anybody is let in. The JVM then compiles that code while nobody waits, and
 * not while all clients of a node that was restarted come back at once; of a handshake, nothing
 * else of ours takes so long while it is cold.
 */
final class WarmUp {
  /** Longer gains little, and a node is to be ready within a second and a half. */
  private static final Duration TIME = Duration.ofMillis(400);

  /** Enough for the last stage of compilation, where there are processors to spare. */
  private static final int ENOUGH = 20_000;

  private WarmUp() {}

  /** Returns after the time at the latest. */
  static void run(TokenVerifier verifier, TokenMint mint) {
    String token = mint.mint("warm-up", "Warm-up", null, Duration.ofMinutes(1));
    long start = System.nanoTime();
    for (int i = 0; i < ENOUGH && System.nanoTime() - start < TIME.toNanos(); i++) {
      verifier.verify(token);
    }
  }
}
