package io.velonx.gateway.backplane;

import java.time.Duration;

/**
 * Makes a repeated append harmless: the first one is carried out, those after it are told what
 * became of it.
 *
 * @param key the same for every attempt, and for nothing else appended to the log
 * @param receipt what later attempts get back of the first
 */
public record Idempotency(String key, String receipt) {
  /** Longer than anybody retries; a few hundred octets for each append meanwhile. */
  public static final Duration WINDOW = Duration.ofMinutes(5);
}
