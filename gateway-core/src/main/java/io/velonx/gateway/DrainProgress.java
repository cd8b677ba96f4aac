package io.velonx.gateway;

import java.time.Duration;

/**
 * How far a drain is.
 *
 * @param total connections when it began
 * @param left connections now
 * @param elapsed since it began; zero when there is none
 */
public record DrainProgress(State state, int total, int left, Duration elapsed) {
  /** Whether a node is being emptied. */
  public enum State {
    /** It takes newcomers. */
    SERVING,
    /** It takes no newcomers and sends its clients away. */
    DRAINING,
    /** It takes no newcomers, and nobody is left. */
    DRAINED
  }
}
