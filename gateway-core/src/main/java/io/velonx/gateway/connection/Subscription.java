package io.velonx.gateway.connection;

import io.velonx.gateway.protocol.ChannelName;

/** One connection listening to one channel. Threading: event loop of the connection. */
public final class Subscription {
  private final Connection connection;
  private final ChannelName channel;
  private int position;

  public Subscription(Connection connection, ChannelName channel) {
    this.connection = connection;
    this.channel = channel;
  }

  public Connection connection() {
    return connection;
  }

  public ChannelName channel() {
    return channel;
  }

  /** Where this stands among the subscribers of the channel on this loop; kept by the fan-out. */
  public int position() {
    return position;
  }

  public void moveTo(int newPosition) {
    position = newPosition;
  }
}
