package io.velonx.gateway.protocol;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.annotation.JsonValue;
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

  /**
   * The node is about to close the connection, and the client should come back to another one.
   *
   * @param delayMillis how long to wait before that, different for each client
   */
  record Reconnect(String reason, int delayMillis) implements Push {
    @Override
    public MessageType type() {
      return MessageType.RECONNECT;
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

  /** A user who is online in a channel turned to it, or away. */
  record StatusChanged(
      String userId, UserStatus status, @Nullable String roomId, @Nullable String groupId)
      implements Push {
    @Override
    public MessageType type() {
      return MessageType.USER_STATUS;
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
   * A message from one user to another.
   *
   * @param createdAt ISO 8601 in UTC, to the millisecond
   */
  record DirectMessage(
      String id,
      String content,
      String authorId,
      String authorName,
      @Nullable String authorImage,
      String targetUserId,
      String createdAt)
      implements Push {
    @Override
    public MessageType type() {
      return MessageType.DIRECT_MESSAGE;
    }
  }

  /**
   * A user has read a message.
   *
   * @param userId who has read it
   */
  record DirectRead(String userId, String messageId) implements Push {
    @Override
    public MessageType type() {
      return MessageType.DM_READ;
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
      String messageId,
      String content,
      @Nullable String roomId,
      @Nullable String groupId,
      String authorId)
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
   * @param epoch with {@code offset}, where a message stands in the history of its channel
   * @param spooled true for a message that this node keeps until the backplane can take it
   * @param local true for a message that only this node delivers
   */
  record Ack(
      @Nullable String channel,
      @Nullable List<String> channels,
      @Nullable String messageId,
      @Nullable String createdAt,
      @Nullable String epoch,
      @Nullable Long offset,
      @Nullable Boolean spooled,
      @Nullable Boolean local)
      implements Push {
    private static final Ack DONE = new Ack(null, null, null, null, null, null, null, null);

    public static Ack done() {
      return DONE;
    }

    public static Ack of(List<ChannelName> channels) {
      return channels.size() == 1
          ? new Ack(channels.get(0).text(), null, null, null, null, null, null, null)
          : new Ack(
              null,
              channels.stream().map(ChannelName::text).toList(),
              null,
              null,
              null,
              null,
              null,
              null);
    }

    /**
     * For a message that was published.
     *
     * @param position null where no history is kept, or not yet
     * @param spooled whether it is kept for later
     * @param local whether only this node delivers it
     */
    public static Ack of(
        String messageId,
        @Nullable String createdAt,
        @Nullable Position position,
        boolean spooled,
        boolean local) {
      return new Ack(
          null,
          null,
          messageId,
          createdAt,
          position == null ? null : position.epoch(),
          position == null ? null : position.offset(),
          spooled ? true : null,
          local ? true : null);
    }

    @Override
    public MessageType type() {
      return MessageType.ACK;
    }
  }

  /**
   * The subscription to a channel that keeps history has begun, right behind this place in it.
   *
   * @param epoch null, as {@code offset}, while history cannot be read
   * @param recovered whether everything since the place named by the client follows; null when it
   *     named none
   * @param missed how many publications that is
   * @param reason why it could not be recovered
   * @param online as in {@link PresenceList}, when the client asked for it and it can be told
   */
  record Subscribed(
      String channel,
      @Nullable String epoch,
      @Nullable Long offset,
      @Nullable Boolean recovered,
      @Nullable Integer missed,
      @Nullable String reason,
      @Nullable List<OnlineUser> online,
      @Nullable Long count)
      implements Push {
    /**
     * For a channel where nothing is kept.
     *
     * @param recovers whether the client wants to recover something
     * @param presence null when it is not asked for, or cannot be told
     */
    public static Subscribed withoutHistory(
        ChannelName channel, boolean recovers, @Nullable PresenceList presence) {
      return new Subscribed(
          channel.text(),
          null,
          null,
          recovers ? false : null,
          null,
          recovers ? "off" : null,
          presence == null ? null : presence.online(),
          presence == null ? null : presence.count());
    }

    @Override
    public MessageType type() {
      return MessageType.ACK;
    }
  }

  /**
   * A direct message was taken.
   *
   * @param delivery {@code online} when the target has a connection, else {@code queued}
   * @param spooled true for a message that this node keeps until the backplane can take it
   * @param local true for a message that only this node delivers
   */
  record DirectSent(
      String messageId,
      String delivery,
      String createdAt,
      @Nullable Boolean spooled,
      @Nullable Boolean local)
      implements Push {
    @Override
    public MessageType type() {
      return MessageType.ACK;
    }
  }

  /** The inbox goes on behind this place, which is that of the last acknowledgement. */
  record InboxAt(String channel, String epoch, long offset) implements Push {
    /** What an inbox is called where a channel would be named. */
    public static final String CHANNEL = "inbox";

    public InboxAt(Position position) {
      this(CHANNEL, position.epoch(), position.offset());
    }

    @Override
    public MessageType type() {
      return MessageType.ACK;
    }
  }

  /**
   * The token ends soon.
   *
   * @param expiresAt ISO 8601 in UTC
   */
  record TokenExpiring(String expiresAt) implements Push {
    @Override
    public MessageType type() {
      return MessageType.TOKEN_EXPIRING;
    }
  }

  /**
   * A newer token has taken the place of the one before.
   *
   * @param expiresAt ISO 8601 in UTC; null when it has no end
   */
  record Refreshed(@Nullable String expiresAt) implements Push {
    @Override
    public MessageType type() {
      return MessageType.ACK;
    }
  }

  /**
   * Publications once more.
   *
   * @param more whether older ones may be kept
   */
  record HistoryPage(List<RawJson> messages, boolean more) implements Push {
    @Override
    public MessageType type() {
      return MessageType.ACK;
    }
  }

  /**
   * Who is online in a channel.
   *
   * @param online all of them, or some when there are many
   * @param count how many there are
   */
  record PresenceList(List<OnlineUser> online, long count) implements Push {
    @Override
    public MessageType type() {
      return MessageType.ACK;
    }
  }

  /** JSON that is written as it is. */
  record RawJson(@JsonValue @JsonRawValue String text) {}

  /**
   * Publications of a channel may have been missed; or they were given without a place during an
   * outage, and this is it.
   *
   * @param epoch that of its history from now on
   * @param from the first offset that was missed; null when nobody knows how much was
   * @param recovered whether all of them were delivered
   */
  record Gap(
      String channel, String epoch, @Nullable Long from, @Nullable Long to, boolean recovered)
      implements Push {
    @Override
    public MessageType type() {
      return MessageType.GAP;
    }
  }

  /**
   * An upload may go on.
   *
   * @param upload what its chunks begin with, on this connection
   * @param chunkBytes how much of the file is in a chunk, except in the last one
   * @param windowBytes how much may be sent ahead of what is stored
   * @param offset where the next chunk begins
   */
  record UploadBegun(
      String uploadId, int upload, int chunkBytes, int windowBytes, long offset, long size)
      implements Push {
    @Override
    public MessageType type() {
      return MessageType.ACK;
    }
  }

  /** A file is whole, and can be fetched. */
  record UploadDone(String fileId, String url) implements Push {
    @Override
    public MessageType type() {
      return MessageType.ACK;
    }
  }

  /**
   * So much of an upload is stored.
   *
   * @param offset in octets, from the beginning of the file
   */
  record UploadProgress(String uploadId, long offset) implements Push {
    @Override
    public MessageType type() {
      return MessageType.UPLOAD_PROGRESS;
    }
  }

  /**
   * An upload does not go on, on this connection.
   *
   * @param resumable whether it can be resumed; else nothing is left of it
   */
  record UploadFailed(
      String uploadId, ErrorCode code, String error, boolean retryable, boolean resumable)
      implements Push {
    @Override
    public MessageType type() {
      return MessageType.UPLOAD_FAILED;
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
