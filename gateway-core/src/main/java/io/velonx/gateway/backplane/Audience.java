package io.velonx.gateway.backplane;

import io.velonx.gateway.protocol.ChannelName;
import org.jspecify.annotations.Nullable;

/**
 * A set of users whose presence is shared between nodes: everyone online, or those in a channel.
 *
 * @param channel the channel, or null for everyone
 */
public record Audience(@Nullable ChannelName channel) {
  /** Everyone with a connection anywhere. */
  public static final Audience EVERYONE = new Audience(null);

  /** The users subscribed to a channel. */
  public static Audience of(ChannelName channel) {
    return new Audience(channel);
  }

  /** The Redis set of its members: {@code users:online}, {@code room:ID:online}, … */
  public String onlineKey() {
    return channel == null ? "users:online" : channel.text() + ":online";
  }

  @Override
  public String toString() {
    return channel == null ? "everyone" : channel.text();
  }
}
