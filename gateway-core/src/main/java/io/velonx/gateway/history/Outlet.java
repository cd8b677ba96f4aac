package io.velonx.gateway.history;

import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.MessageType.Delivery;

/** Where a log hands what it has put in order. Threading: any thread; never waits. */
interface Outlet {
  /**
   * Gives an envelope to the subscribers of a channel.
   *
   * @return false when some of them will not get it
   */
  boolean publish(ChannelName channel, byte[] envelope, Delivery delivery);

  boolean hasSubscribers(ChannelName channel);
}
