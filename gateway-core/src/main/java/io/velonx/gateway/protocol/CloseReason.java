package io.velonx.gateway.protocol;

import java.nio.charset.StandardCharsets;

/**
 * Why the gateway closes a connection: the closed list of codes it sends.
 *
 * <p>Below 4000 a code means what RFC 6455 §7.4.1 says. Above, the hundred tells the client what to
 * do: 40xx stay away, 41xx come back with backoff, 42xx come back at once.
 */
public enum CloseReason {
  NORMAL(1000, "closing as asked", Advice.STAY_AWAY),
  GOING_AWAY(1001, "the gateway is stopping", Advice.COME_BACK_AT_ONCE),
  PROTOCOL_ERROR(1002, "not as RFC 6455 wants it", Advice.COME_BACK_WITH_BACKOFF),
  UNSUPPORTED_DATA(1003, "only text messages are understood", Advice.STAY_AWAY),
  INVALID_TEXT(1007, "not valid UTF-8 or not valid compressed data", Advice.STAY_AWAY),
  TOO_MANY_FRAGMENTS(1008, "too many fragments in one message", Advice.STAY_AWAY),
  TOO_BIG(1009, "the message is larger than allowed", Advice.STAY_AWAY),
  INTERNAL_ERROR(1011, "our fault", Advice.COME_BACK_WITH_BACKOFF),
  TOKEN_REJECTED(4001, "the token has expired or was revoked", Advice.STAY_AWAY),
  KICKED(4003, "the back end ended this connection", Advice.STAY_AWAY),
  REPLACED(4005, "a newer connection of the same user took this place", Advice.STAY_AWAY),
  ABUSE(4029, "commands keep coming faster than allowed", Advice.STAY_AWAY),
  HEARTBEAT_TIMEOUT(4103, "nothing was heard for too long", Advice.COME_BACK_WITH_BACKOFF),
  SLOW_CONSUMER(4101, "reading more slowly than messages arrive", Advice.COME_BACK_WITH_BACKOFF),
  DRAINED(4200, "the node is being drained", Advice.COME_BACK_AT_ONCE);

  private final int code;
  private final String text;
  private final Advice advice;

  CloseReason(int code, String text, Advice advice) {
    this.code = code;
    this.text = text;
    this.advice = advice;
    if (text.getBytes(StandardCharsets.UTF_8).length > 123) {
      throw new IllegalArgumentException("text: longer than a control frame holds: " + text);
    }
  }

  /** The status code, RFC 6455 §7.4. */
  public int code() {
    return code;
  }

  /** One line, short enough for a control frame (123 octets, RFC 6455 §5.5). */
  public String text() {
    return text;
  }

  public Advice advice() {
    return advice;
  }

  /** What the client should do next. */
  public enum Advice {
    STAY_AWAY,
    COME_BACK_WITH_BACKOFF,
    COME_BACK_AT_ONCE
  }
}
