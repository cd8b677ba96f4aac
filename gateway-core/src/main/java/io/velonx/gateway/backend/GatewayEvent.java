package io.velonx.gateway.backend;

import io.velonx.gateway.protocol.ChannelName;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened, which a back end may want to know.
 *
 * @param userId null when it is about no single user
 * @param channel null when it is about no single channel
 */
public record GatewayEvent(Kind kind, @Nullable String userId, @Nullable ChannelName channel) {
  /** What can happen; the first two are per connection, the others across all nodes. */
  public enum Kind {
    CONNECTED,
    DISCONNECTED,
    /** The user's first connection on any node. */
    USER_ONLINE,
    /** The user's last connection on any node is gone. */
    USER_OFFLINE,
    /** A user came into a channel. */
    MEMBER_JOINED,
    /** A user left a channel. */
    MEMBER_LEFT,
    /** A channel without users has one now. */
    CHANNEL_OCCUPIED,
    /** The last user left a channel. */
    CHANNEL_VACATED;

    /** As it is written in hooks and settings. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Is told of events. Threading: any thread; must not block. */
  @FunctionalInterface
  public interface Sink {
    Sink NONE = event -> {};

    void accept(GatewayEvent event);
  }
}
