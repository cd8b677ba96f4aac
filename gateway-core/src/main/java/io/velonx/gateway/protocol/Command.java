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

  /** Wants the publications of these channels from now on. */
  record Subscribe(@Nullable String id, List<ChannelName> channels) implements Command {
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

  /** Says something in a channel. */
  record ChatMessage(@Nullable String id, ChannelName channel, String content) implements Command {
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

  /** Takes a message back. */
  record MessageDelete(@Nullable String id, ChannelName channel, String messageId)
      implements Command {
    @Override
    public MessageType type() {
      return MessageType.MESSAGE_DELETE;
    }
  }
}
