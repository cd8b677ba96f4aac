package io.velonx.gateway.protocol;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The payload of an envelope that the gateway itself writes. Null members are left out. */
public sealed interface Push {
  @JsonIgnore
  MessageType type();

  /** The first frame on every connection. */
  record Welcome(String userId, String message) implements Push {
    public Welcome(String userId) {
      this(userId, "Connected to WebSocket server");
    }

    @Override
    public MessageType type() {
      return MessageType.USER_JOINED;
    }
  }

  record Pong() implements Push {
    @Override
    public MessageType type() {
      return MessageType.PONG;
    }
  }

  /** A user came online in a channel. */
  record UserJoined(
      String userId,
      String userName,
      @Nullable String userImage,
      @Nullable String roomId,
      @Nullable String groupId)
      implements Push {
    @Override
    public MessageType type() {
      return MessageType.USER_JOINED;
    }
  }

  /** A user is no longer online in a channel. */
  record UserLeft(String userId, @Nullable String roomId, @Nullable String groupId)
      implements Push {
    @Override
    public MessageType type() {
      return MessageType.USER_LEFT;
    }
  }

  record Typing(
      String userId,
      @Nullable String userName,
      @Nullable String roomId,
      @Nullable String groupId,
      boolean isTyping)
      implements Push {
    @Override
    public MessageType type() {
      return MessageType.TYPING;
    }
  }

  record DirectTyping(String userId, @Nullable String userName, boolean isTyping) implements Push {
    @Override
    public MessageType type() {
      return MessageType.DM_TYPING;
    }
  }

  /**
   * A chat message relayed for a client.
   *
   * @param createdAt ISO 8601 in UTC, to the millisecond
   */
  record ChatMessage(
      String id,
      String content,
      @Nullable String roomId,
      @Nullable String groupId,
      String authorId,
      String authorName,
      @Nullable String authorImage,
      boolean isEdited,
      String createdAt)
      implements Push {
    @Override
    public MessageType type() {
      return MessageType.CHAT_MESSAGE;
    }
  }

  record MessageEdit(
      String messageId, String content, @Nullable String roomId, @Nullable String groupId)
      implements Push {
    @Override
    public MessageType type() {
      return MessageType.MESSAGE_EDIT;
    }
  }

  record MessageDelete(String messageId, @Nullable String roomId, @Nullable String groupId)
      implements Push {
    @Override
    public MessageType type() {
      return MessageType.MESSAGE_DELETE;
    }
  }

  /**
   * The command was carried out. Which members are there depends on the command.
   *
   * @param channel the channel subscribed to or left, when it was one
   * @param channels the channels subscribed to or left, when they were several
   * @param messageId the id that the gateway gave to a message
   * @param createdAt when the gateway took a message
   */
  record Ack(
      @Nullable String channel,
      @Nullable List<String> channels,
      @Nullable String messageId,
      @Nullable String createdAt)
      implements Push {
    private static final Ack DONE = new Ack(null, null, null, null);

    public static Ack done() {
      return DONE;
    }

    public static Ack of(List<ChannelName> channels) {
      return channels.size() == 1
          ? new Ack(channels.get(0).text(), null, null, null)
          : new Ack(null, channels.stream().map(ChannelName::text).toList(), null, null);
    }

    public static Ack of(String messageId, @Nullable String createdAt) {
      return new Ack(null, null, messageId, createdAt);
    }

    @Override
    public MessageType type() {
      return MessageType.ACK;
    }
  }

  /**
   * The command was not carried out.
   *
   * @param error one sentence naming the limit or member, for a developer
   * @param retryAfterMillis when to try again, where that is known
   */
  record Failure(ErrorCode code, String error, boolean retryable, @Nullable Long retryAfterMillis)
      implements Push {
    public Failure(ErrorCode code, String error) {
      this(code, error, code.retryable(), null);
    }

    /** Refused for being too early. */
    public static Failure rateLimited(String error, long retryAfterMillis) {
      return new Failure(ErrorCode.RATE_LIMITED, error, true, retryAfterMillis);
    }

    @Override
    public MessageType type() {
      return MessageType.ERROR;
    }
  }
}
