package io.velonx.gateway.server.api;

import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.inbox.Posted;
import io.velonx.gateway.protocol.ChannelName;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Hands envelopes to connections.
 *
 * <p>Threading: any thread; never blocks. Fails: {@link IllegalArgumentException} for what is no
 * envelope; the stage fails when the backplane cannot take it.
 */
public interface Publisher {
  /**
   * To every subscriber of the channel, on every node; where the channel keeps history, with its
   * place in it.
   *
   * @param idempotencyKey the same for every attempt to publish this envelope; null for one only
   */
  CompletionStage<Appended> broadcastToChannel(
      ChannelName channel, byte[] envelope, @Nullable String idempotencyKey);

  /**
   * To every connection of the user; where it is kept in his inbox, with its place there.
   *
   * @param keep false for those only who are connected now
   * @param idempotencyKey as for {@link #broadcastToChannel}
   */
  CompletionStage<Posted> broadcastToUser(
      String userId, byte[] envelope, boolean keep, @Nullable String idempotencyKey);
}
