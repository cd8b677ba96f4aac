package io.velonx.gateway.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An inbound envelope, parsed and valid: what a client asks the gateway to do. */
public sealed interface Command extends DecodedCommand {
  MessageType type();

  /** A sign of life. */
  record Ping(@Nullable String id) implements Command {
    @Override
    public MessageType type() {
      return MessageType.PING;
    }
  }

  /**
   * Wants the publications of these channels from now on.
   *
   * @param since wants what was published after that as well; only ever with one channel
   * @param presence wants to know who is online there; only ever with one channel
   */
  record Subscribe(
      @Nullable String id, List<ChannelName> channels, @Nullable Position since, boolean presence)
      implements Command {
    public Subscribe {
      channels = List.copyOf(channels);
    }

    @Override
    public MessageType type() {
      return MessageType.SUBSCRIBE;
    }
  }

  /** Wants no more of these channels. */
  record Unsubscribe(@Nullable String id, List<ChannelName> channels) implements Command {
    public Unsubscribe {
      channels = List.copyOf(channels);
    }

    @Override
    public MessageType type() {
      return MessageType.UNSUBSCRIBE;
    }
  }

  /** Started or stopped typing in a channel. */
  record Typing(@Nullable String id, ChannelName channel, boolean isTyping) implements Command {
    @Override
    public MessageType type() {
      return MessageType.TYPING;
    }
  }

  /** Started or stopped typing to one user. */
  record DirectTyping(@Nullable String id, String targetUserId, boolean isTyping)
      implements Command {
    @Override
    public MessageType type() {
      return MessageType.DM_TYPING;
    }
  }

  /**
   * Says something in a channel.
   *
   * @param clientMessageId the same for every attempt to send this message; null for one only
   */
  record ChatMessage(
      @Nullable String id, ChannelName channel, String content, @Nullable String clientMessageId)
      implements Command {
    @Override
    public MessageType type() {
      return MessageType.CHAT_MESSAGE;
    }
  }

  /** Replaces the content of a message. */
  record MessageEdit(@Nullable String id, ChannelName channel, String messageId, String content)
      implements Command {
    @Override
    public MessageType type() {
      return MessageType.MESSAGE_EDIT;
    }
  }

  /**
   * Wants publications of a channel once more.
   *
   * @param before only those before this offset; null for the newest
   */
  record History(@Nullable String id, ChannelName channel, int limit, @Nullable Long before)
      implements Command {
    @Override
    public MessageType type() {
      return MessageType.HISTORY;
    }
  }

  /** Brings a newer token of the same user. */
  record Refresh(@Nullable String id, String token) implements Command {
    @Override
    public MessageType type() {
      return MessageType.REFRESH;
    }

    /** Says nothing of the token. */
    @Override
    public String toString() {
      return "Refresh[id=" + id + "]";
    }
  }

  /**
   * Says something to one user.
   *
   * @param clientMessageId the same for every attempt to send this message; null for one only
   */
  record DirectMessage(
      @Nullable String id, String targetUserId, String content, @Nullable String clientMessageId)
      implements Command {
    @Override
    public MessageType type() {
      return MessageType.DIRECT_MESSAGE;
    }
  }

  /** Has read a message of that user. */
  record DirectRead(@Nullable String id, String targetUserId, String messageId) implements Command {
    @Override
    public MessageType type() {
      return MessageType.DM_READ;
    }
  }

  /**
   * Wants what waits in the user's inbox, and then what comes, in order.
   *
   * @param device has a place of its own in the inbox; null for the one that all such clients share
   * @param since has everything up to there
   */
  record OpenInbox(@Nullable String id, @Nullable String device, @Nullable Position since)
      implements Command {
    @Override
    public MessageType type() {
      return MessageType.INBOX;
    }
  }

  /**
   * Has everything of the inbox up to this offset.
   *
   * @param epoch that of the offset; null for the one the inbox is in
   */
  record InboxAck(@Nullable String id, long offset, @Nullable String epoch) implements Command {
    @Override
    public MessageType type() {
      return MessageType.INBOX_ACK;
    }
  }

  /** Wants to know who is online in a channel. */
  record Presence(@Nullable String id, ChannelName channel) implements Command {
    @Override
    public MessageType type() {
      return MessageType.PRESENCE;
    }
  }

  /** Says of the user's attention to this connection. */
  record Status(@Nullable String id, UserStatus status) implements Command {
    @Override
    public MessageType type() {
      return MessageType.STATUS;
    }
  }

  /**
   * Announces a file.
   *
   * @param sha256 of its content, in small hexadecimal digits
   * @param channel whose readers may fetch it; null for a file for one user
   * @param targetUserId who may fetch it; null for a file of a channel
   */
  record UploadBegin(
      @Nullable String id,
      String name,
      String contentType,
      long size,
      String sha256,
      @Nullable ChannelName channel,
      @Nullable String targetUserId)
      implements Command {
    @Override
    public MessageType type() {
      return MessageType.UPLOAD_BEGIN;
    }
  }

  /** Goes on with an upload that another connection has begun. */
  record UploadResume(@Nullable String id, String uploadId) implements Command {
    @Override
    public MessageType type() {
      return MessageType.UPLOAD_BEGIN;
    }
  }

  /** All of the file was sent. */
  record UploadEnd(@Nullable String id, String uploadId) implements Command {
    @Override
    public MessageType type() {
      return MessageType.UPLOAD_END;
    }
  }

  /** The upload is not wanted any more. */
  record UploadAbort(@Nullable String id, String uploadId) implements Command {
    @Override
    public MessageType type() {
      return MessageType.UPLOAD_ABORT;
    }
  }

  /** Takes a message back. */
  record MessageDelete(@Nullable String id, ChannelName channel, String messageId)
      implements Command {
    @Override
    public MessageType type() {
      return MessageType.MESSAGE_DELETE;
    }
  }
}
