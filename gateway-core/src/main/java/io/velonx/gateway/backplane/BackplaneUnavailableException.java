package io.velonx.gateway.backplane;

import org.jspecify.annotations.Nullable;

/** The backplane cannot take or answer this now: disconnected, too slow, or its queue is full. */
public final class BackplaneUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean unanswered;

  public BackplaneUnavailableException(String message, @Nullable Throwable cause) {
    this(message, cause, false);
  }

  private BackplaneUnavailableException(
      String message, @Nullable Throwable cause, boolean unanswered) {
    // Without a stack trace: this is an expected state and may happen for every publication.
    super(message, cause, false, false);
    this.unanswered = unanswered;
  }

  /** For what was sent and not answered. */
  public static BackplaneUnavailableException unanswered(@Nullable Throwable cause) {
    return new BackplaneUnavailableException("no answer", cause, true);
  }

  /** Whether it may have been carried out all the same. */
  public boolean isUnanswered() {
    return unanswered;
  }
}
