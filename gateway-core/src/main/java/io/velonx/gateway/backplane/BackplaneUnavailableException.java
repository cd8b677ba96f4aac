package io.velonx.gateway.backplane;

import org.jspecify.annotations.Nullable;

/** The backplane cannot take or answer this now: disconnected, too slow, or its queue is full. */
public final class BackplaneUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public BackplaneUnavailableException(String message, @Nullable Throwable cause) {
    // Without a stack trace: this is an expected state and may happen for every publication.
    super(message, cause, false, false);
  }
}
