package io.velonx.gateway.backplane;

import io.velonx.gateway.auth.Revocation;
import io.velonx.gateway.protocol.ChannelName;
import java.util.Collection;
import java.util.concurrent.CompletionStage;

/**
 * What a node wants to hear from its backplane. Threading: the backplane's thread, one call at a
 * time per channel; nothing here may block.
 */
public interface BackplaneListener {
  /** A publication of a channel this node subscribed to; the octets are as they were published. */
  void onPublication(ChannelName channel, byte[] envelope);

  /**
   * An envelope for every connection of that user on this node.
   *
   * @param note that of the publishing node; empty when a back end published it in Redis
   */
  void onUserPublication(String userId, String note, byte[] envelope);

  /** That connection of this node must make room for a newer one of the same user. */
  void onReplaced(String userId, long connectionId);

  /** These hold from now on, or are over; some may have been told before. */
  void onRevoked(Collection<Revocation> revocations);

  /** Whom that user blocks is to be read again; told for users of all nodes. */
  void onBlocksChanged(String userId);

  /** Some {@link #onBlocksChanged} may have been missed until now. */
  void onBlocksMissed();

  /** Whether this node still has subscribers of the channel. */
  boolean hasSubscribers(ChannelName channel);

  /** Whether publications of the channel may be numbered, so that a gap can be noticed. */
  boolean keepsHistory(ChannelName channel);

  /**
   * Publications of the channel may have been missed until now: its topic was lost and is there
   * again. Only for channels that keep history.
   */
  void onResumed(ChannelName channel);

  /** Publications to any user of this node may have been missed until now. */
  void onUsersResumed();

  /** These users were counted in by a node that died, and are online there no more. */
  void onReaped(Audience audience, Collection<String> userIds);

  /**
   * What this node holds in shared memory may have been lost or taken away: everything must be
   * joined again.
   */
  void onLapsed();

  /** Publications did not arrive for seconds, and the connection that brings them is replaced. */
  void onSilent();

  /**
   * Commands and topics work again after an outage: what was missed is to be read now, and what was
   * kept to be sent.
   *
   * @return completes when that is done; fails when it must be tried again
   */
  CompletionStage<Void> onRecovered();
}
