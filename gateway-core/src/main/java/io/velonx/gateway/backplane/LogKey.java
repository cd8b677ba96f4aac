package io.velonx.gateway.backplane;

import io.velonx.gateway.protocol.ChannelName;
import org.jspecify.annotations.Nullable;

/**
 * What has a log of its own: a channel, or the inbox of a user.
 *
 * @param text unique; as hash tag it keeps all keys of the log together in Redis
 * @param channel where an appended envelope is published in the same step; null for nowhere
 */
public record LogKey(String text, @Nullable ChannelName channel) {
  public static LogKey of(ChannelName channel) {
    return new LogKey(channel.text(), channel);
  }

  public static LogKey ofUser(String userId) {
    return new LogKey("user:" + userId, null);
  }

  @Override
  public String toString() {
    return text;
  }
}
