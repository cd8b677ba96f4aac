package io.velonx.gateway.pipeline;

import io.velonx.gateway.connection.SlowConsumerPolicy;
import java.time.Duration;

/**
 * What the pipeline needs to know of the node's settings.
 *
 * @param path the exact path of the upgrade
 * @param maxMessageBytes the largest message, after reassembly and inflation
 * @param maxFragments the most frames one message may come in
 * @param handshakeTimeout from accepting a socket to its 101; also between two plain requests
 * @param heartbeatInterval silence after which a peer is pinged; after twice that it is closed
 * @param closeTimeout how long a peer may stay after our last word
 * @param stallTimeout how long a peer may take nothing of what waits for it
 * @param maxOutboundBytes what may wait for all peers together
 * @param tokenExpiryNotice how long before its end a client is told that its token ends
 * @param compression whether permessage-deflate is negotiated
 */
public record PipelineConfig(
    String path,
    int maxMessageBytes,
    int maxFragments,
    Duration handshakeTimeout,
    Duration heartbeatInterval,
    Duration closeTimeout,
    Duration stallTimeout,
    SlowConsumerPolicy slowConsumerPolicy,
    long maxOutboundBytes,
    Duration tokenExpiryNotice,
    boolean compression) {
  public PipelineConfig {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path: " + path + " (expected: starts with /)");
    }
    atLeast("maxMessageBytes", maxMessageBytes, 125);
    atLeast("maxFragments", maxFragments, 1);
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }
}
