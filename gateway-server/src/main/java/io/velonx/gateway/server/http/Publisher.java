package io.velonx.gateway.server.http;

import io.velonx.gateway.protocol.ChannelName;
import java.util.concurrent.CompletionStage;

/**
 * Hands envelopes to connections, octet for octet.
 *
 * <p>Threading: any thread; never blocks. Fails: {@link IllegalArgumentException} for what is no
 * envelope; the stage fails when the backplane cannot take it.
 */
public interface Publisher {
  /** To every subscriber of the channel, on every node. */
  CompletionStage<Void> broadcastToChannel(ChannelName channel, byte[] envelope);

  /** To every connection of the user; the number of nodes he is connected to. */
  CompletionStage<Integer> broadcastToUser(String userId, byte[] envelope);
}
