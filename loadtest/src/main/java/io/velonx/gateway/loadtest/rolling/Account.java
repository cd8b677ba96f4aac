package io.velonx.gateway.loadtest.rolling;

import org.jspecify.annotations.Nullable;

/**
 * What all clients together saw. Threading: the event loop of the clients.
 *
 * <p>Deliveries are told apart by the number a publication carries in its body. What the gateway
 * says about itself ({@code recovered: false}, {@code GAP}, offsets) is counted beside that.
 */
final class Account {
  /** Each publication counts once for each client. */
  long delivered;

  long duplicated;

  /** Behind one with a larger number. */
  long reordered;

  /** Returns that the gateway answered with {@code recovered: false} for good. */
  long unrecovered;

  /** Returns that it could not answer yet, and that were asked again. */
  long askedAgain;

  long gapsTold;

  /** Offsets that did not follow the one before. */
  long misnumbered;

  long connects;
  long silenceNanos;

  /** The longest silence since an event began. */
  long recentSilenceNanos;

  /** The first thing that should not have happened. */
  @Nullable String problem;

  void silence(long nanos) {
    silenceNanos = Math.max(silenceNanos, nanos);
    recentSilenceNanos = Math.max(recentSilenceNanos, nanos);
  }

  void problem(String text) {
    if (problem == null) {
      problem = text;
    }
  }
}
