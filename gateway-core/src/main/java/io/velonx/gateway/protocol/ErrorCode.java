package io.velonx.gateway.protocol;

/** The closed list of codes that an {@code ERROR} envelope may carry. */
public enum ErrorCode {
  /** The text is not one JSON object within the limits. */
  INVALID_JSON(false),
  /** A {@code type} that clients cannot send. */
  UNKNOWN_TYPE(false),
  /** A member is missing, of the wrong type or out of range; the text names it. */
  INVALID_PAYLOAD(false),
  /** The named channel cannot exist. */
  INVALID_CHANNEL(false),
  /** The command needs a subscription that this connection does not hold. */
  NOT_SUBSCRIBED(false),
  /** Not allowed to this user here. */
  FORBIDDEN(false),
  /** Too often; the answer says when to try again. */
  RATE_LIMITED(true),
  /** A fixed limit is reached; the text names it and its value. */
  LIMIT_EXCEEDED(false),
  /** The envelope is larger than may be relayed. */
  PAYLOAD_TOO_LARGE(false),
  /** The same id stands for something else already. */
  CONFLICT(false),
  /** The backplane cannot take it now. */
  UNAVAILABLE(true),
  /** Our fault; logged on the node. */
  INTERNAL(true);

  private final boolean retryable;

  ErrorCode(boolean retryable) {
    this.retryable = retryable;
  }

  /** Whether sending the same command again later may succeed. */
  public boolean retryable() {
    return retryable;
  }
}
