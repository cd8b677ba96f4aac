package io.velonx.gateway.backplane;

import io.velonx.gateway.protocol.ChannelName;
import org.jspecify.annotations.Nullable;

/**
 * What the back end wants done with every connection of a user.
 *
 * @param leave the channel they are to leave; null when they are to be closed
 */
public record UserOrder(@Nullable ChannelName leave) {
  public static final UserOrder CLOSE = new UserOrder(null);

  public static UserOrder leave(ChannelName channel) {
    return new UserOrder(channel);
  }

  /** As nodes tell it each other: the channel, or nothing. */
  public String text() {
    return leave == null ? "" : leave.text();
  }

  /** The order of that text, or null when it is none. */
  public static @Nullable UserOrder parse(String text) {
    if (text.isEmpty()) {
      return CLOSE;
    }
    ChannelName channel = ChannelName.parse(text);
    return channel == null ? null : leave(channel);
  }
}
