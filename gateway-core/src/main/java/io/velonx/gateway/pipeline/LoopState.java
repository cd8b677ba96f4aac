package io.velonx.gateway.pipeline;

import io.velonx.gateway.connection.ConnectionListener;
import io.velonx.gateway.connection.MessageDeflater;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.metrics.LogThrottle;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the connections of one event loop share: who listens to them, their heartbeat, and the tools
 * of which one is enough.
 *
 * <p>Threading: its event loop; {@link #close} after the end of it.
 */
final class LoopState implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LoopState.class);

  private final int index;
  private final ConnectionListener listener;
  private final HeartbeatSweep heartbeat;
  private final GatewayMetrics metrics;
  private final MessageDigest sha1;
  private final LogThrottle faultLog = new LogThrottle();

  // Native memory, so only from the first connection on that negotiates compression.
  private @Nullable MessageInflater inflater;
  private @Nullable MessageDeflater deflater;

  /**
   * @param index the place of the event loop among the node's loops
   */
  LoopState(
      int index, ConnectionListener listener, HeartbeatSweep heartbeat, GatewayMetrics metrics) {
    this.index = index;
    this.listener = listener;
    this.heartbeat = heartbeat;
    this.metrics = metrics;
    try {
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  int index() {
    return index;
  }

  ConnectionListener listener() {
    return listener;
  }

  HeartbeatSweep heartbeat() {
    return heartbeat;
  }

  GatewayMetrics metrics() {
    return metrics;
  }

  /** For the accept key of RFC 6455 §4.2.2, not for security. */
  MessageDigest sha1() {
    return sha1;
  }

  MessageInflater inflater() {
    MessageInflater shared = inflater;
    if (shared == null) {
      shared = new MessageInflater();
      inflater = shared;
    }
    return shared;
  }

  MessageDeflater deflater() {
    MessageDeflater shared = deflater;
    if (shared == null) {
      shared = new MessageDeflater();
      deflater = shared;
    }
    return shared;
  }

  /** Counts a failure that is the gateway's own, and logs it without what the client sent. */
  void fault(String what, Throwable cause) {
    metrics.faults.inc();
    if (faultLog.mayLog()) {
      // The message of an exception often quotes its input; where it was thrown says enough.
      Throwable place = new Throwable(cause.getClass().getName());
      place.setStackTrace(cause.getStackTrace());
      LOG.error("{} suppressed={}", what, faultLog.suppressed(), place);
    }
  }

  @Override
  public void close() {
    if (inflater != null) {
      inflater.close();
    }
    if (deflater != null) {
      deflater.close();
    }
  }
}
