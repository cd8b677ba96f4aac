package io.velonx.gateway.protocol;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The {@code type} of an envelope, as far as the gateway gives it a meaning. Back ends may publish
 * any other type; it is relayed like a durable one.
 */
public enum MessageType {
  /** A client's sign of life, answered with {@link #PONG}. */
  PING(Direction.COMMAND, Delivery.EPHEMERAL),
  SUBSCRIBE(Direction.COMMAND, Delivery.DURABLE),
  UNSUBSCRIBE(Direction.COMMAND, Delivery.DURABLE),
  TYPING(Direction.BOTH, Delivery.EPHEMERAL),
  DM_TYPING(Direction.BOTH, Delivery.EPHEMERAL),
  DIRECT_MESSAGE(Direction.BOTH, Delivery.DURABLE),
  DM_READ(Direction.BOTH, Delivery.DURABLE),
  CHAT_MESSAGE(Direction.BOTH, Delivery.DURABLE),
  MESSAGE_EDIT(Direction.BOTH, Delivery.DURABLE),
  MESSAGE_DELETE(Direction.BOTH, Delivery.DURABLE),
  HISTORY(Direction.COMMAND, Delivery.DURABLE),
  /** Brings a newer token of the same user. */
  REFRESH(Direction.COMMAND, Delivery.DURABLE),
  INBOX(Direction.COMMAND, Delivery.DURABLE),
  INBOX_ACK(Direction.COMMAND, Delivery.DURABLE),
  PRESENCE(Direction.COMMAND, Delivery.DURABLE),
  STATUS(Direction.COMMAND, Delivery.DURABLE),
  /** Announces a file, or goes on with one; its content follows in binary messages. */
  UPLOAD_BEGIN(Direction.COMMAND, Delivery.DURABLE),
  UPLOAD_END(Direction.COMMAND, Delivery.DURABLE),
  UPLOAD_ABORT(Direction.COMMAND, Delivery.DURABLE),

  PONG(Direction.PUSH, Delivery.EPHEMERAL),
  ACK(Direction.PUSH, Delivery.DURABLE),
  ERROR(Direction.PUSH, Delivery.DURABLE),
  GAP(Direction.PUSH, Delivery.DURABLE),
  /** Asks a client to come back elsewhere; a Close follows. */
  RECONNECT(Direction.PUSH, Delivery.DURABLE),
  /** How much of an upload is stored: its sender may go on that far. */
  UPLOAD_PROGRESS(Direction.PUSH, Delivery.DURABLE),
  UPLOAD_FAILED(Direction.PUSH, Delivery.DURABLE),
  /** The token ends soon; a Close follows unless a newer one comes. */
  TOKEN_EXPIRING(Direction.PUSH, Delivery.DURABLE),
  USER_JOINED(Direction.PUSH, Delivery.EPHEMERAL),
  USER_LEFT(Direction.PUSH, Delivery.EPHEMERAL),
  USER_STATUS(Direction.PUSH, Delivery.EPHEMERAL);

  private static final Map<String, MessageType> BY_NAME =
      Stream.of(values()).collect(Collectors.toUnmodifiableMap(MessageType::name, type -> type));

  private final Direction direction;
  private final Delivery delivery;

  MessageType(Direction direction, Delivery delivery) {
    this.direction = direction;
    this.delivery = delivery;
  }

  /** The type of that name, or null when the gateway gives it no meaning of its own. */
  public static @Nullable MessageType named(String name) {
    return BY_NAME.get(name);
  }

  /** How a publication of the named type may be treated on its way to a slow reader. */
  public static Delivery deliveryOf(String name) {
    MessageType type = BY_NAME.get(name);
    return type == null ? Delivery.DURABLE : type.delivery;
  }

  /** Whether a client may send it. */
  public boolean isCommand() {
    return direction != Direction.PUSH;
  }

  /** What a slow reader may cost an envelope. */
  public enum Delivery {
    /** Worth nothing a moment later: may be dropped for a slow reader. */
    EPHEMERAL,
    /** Never dropped in silence. */
    DURABLE,
    /**
     * Durable, and a place in the history of its channel: who catches up there does not get it
     * live, but in its turn.
     */
    NUMBERED
  }

  private enum Direction {
    COMMAND,
    PUSH,
    BOTH
  }
}
