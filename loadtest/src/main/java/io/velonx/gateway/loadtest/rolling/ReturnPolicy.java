package io.velonx.gateway.loadtest.rolling;

import java.util.SplittableRandom;

/**
 * When a client comes back, by what it was told at the end. Threading: any thread.
 *
 * <p>40xx and what is the client's own fault: never. 42xx: after the delay it was given, else
 * within a moment. All else, a socket that broke included: with full jitter, so that a crowd that
 * lost one node at one instant does not meet again at the next.
 */
final class ReturnPolicy {
  static final long NEVER = -1;

  /** There was no Close. */
  static final int NO_CODE = -1;

  private static final long FIRST_MILLIS = 500;
  private static final long MOST_MILLIS = 5_000;

  private ReturnPolicy() {}

  /**
   * How long to wait, or {@link #NEVER}.
   *
   * @param code of the Close, or {@link #NO_CODE}
   * @param adviceMillis the delay of a RECONNECT, or -1
   * @param attempts how many were made since the client was last served
   */
  static long delayMillis(int code, long adviceMillis, int attempts, SplittableRandom random) {
    boolean stayAway = code == 1003 || (code >= 1007 && code <= 1009) || code / 100 == 40;
    if (stayAway) {
      return NEVER;
    }
    if (attempts == 0 && adviceMillis >= 0) {
      return adviceMillis;
    }
    long most = Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(attempts, 10));
    return random.nextLong(most + 1);
  }
}
