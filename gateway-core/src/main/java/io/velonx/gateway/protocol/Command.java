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
   */
  record Subscribe(@Nullable String id, List<ChannelName> channels, @Nullable Position since)
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

  /** Takes a message back. */
  record MessageDelete(@Nullable String id, ChannelName channel, String messageId)
      implements Command {
    @Override
    public MessageType type() {
      return MessageType.MESSAGE_DELETE;
    }
  }
}
