package io.velonx.gateway.dispatch;

import io.velonx.gateway.protocol.ChannelName;
import org.jspecify.annotations.Nullable;

/**
 * What the back end wants done with every connection of a user; it travels to their nodes as the
 * note of a publication that has nothing to publish.
 *
 * @param leave the channel they are to leave; null when they are to be closed
 */
public record UserOrder(@Nullable ChannelName leave) {
  public static final UserOrder CLOSE = new UserOrder(null);

  /** Begins the note; no other note does. */
  private static final String MARK = "!";

  public static UserOrder leave(ChannelName channel) {
    return new UserOrder(channel);
  }

  /** The note that says it. */
  public String note() {
    return leave == null ? MARK : MARK + leave.text();
  }

  /** The order that a note says, or null when it says none. */
  static @Nullable UserOrder in(String note) {
    if (!note.startsWith(MARK)) {
      return null;
    }
    if (note.equals(MARK)) {
      return CLOSE;
    }
    ChannelName channel = ChannelName.parse(note.substring(MARK.length()));
    return channel == null ? null : leave(channel);
  }
}
