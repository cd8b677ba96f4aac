package io.velonx.gateway.backplane;

import io.velonx.gateway.protocol.ChannelName;
import java.util.Collection;

/**
 * What a node wants to hear from its backplane. Threading: the backplane's thread, one call at a
 * time per channel; nothing here may block.
 */
public interface BackplaneListener {
  /** A publication of a channel this node subscribed to; the octets are as they were published. */
  void onPublication(ChannelName channel, byte[] envelope);

  /** An envelope for every connection of that user on this node. */
  void onUserPublication(String userId, byte[] envelope);

  /** An order for every connection of that user on this node. */
  void onUserOrder(String userId, UserOrder order);

  /** That connection of this node must make room for a newer one of the same user. */
  void onReplaced(String userId, long connectionId);

  /** Whether this node still has subscribers of the channel. */
  boolean hasSubscribers(ChannelName channel);

  /** Whether publications of the channel may be numbered, so that a gap can be noticed. */
  boolean keepsHistory(ChannelName channel);

  /**
   * Publications of the channel may have been missed until now: its topic was lost and is there
   * again. Only for channels that keep history.
   */
  void onResumed(ChannelName channel);

  /** These users were counted in by a node that died, and are online there no more. */
  void onReaped(Audience audience, Collection<String> userIds);

  /**
   * What this node holds in shared memory may have been lost or taken away: everything must be
   * joined again.
   */
  void onLapsed();
}
