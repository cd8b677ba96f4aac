package io.velonx.gateway.history;

import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import io.velonx.gateway.protocol.MessageType;
import io.velonx.gateway.protocol.MessageType.Delivery;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The one way by which this node publishes to a channel: kept where the channel keeps history and
 * the type is worth it, else live only. Threading: any thread.
 */
public final class Publishing {
  private final HistoryPolicy policy;
  private final Backplane backplane;
  private final GatewayMetrics metrics;

  public Publishing(HistoryPolicy policy, Backplane backplane, GatewayMetrics metrics) {
    this.policy = policy;
    this.backplane = backplane;
    this.metrics = metrics;
  }

  /**
   * Publishes an envelope.
   *
   * <p>Fails: {@link IllegalArgumentException} when it has members that the gateway is to write;
   * the stage fails when the backplane cannot take it, and then it may or may not have been taken.
   *
   * @param head that of the envelope
   * @param idempotency null when it is never repeated
   */
  public CompletionStage<Appended> publish(
      ChannelName channel, Head head, byte[] envelope, @Nullable Idempotency idempotency) {
    boolean kept =
        policy.keeps(channel) && MessageType.deliveryOf(head.type()) != Delivery.EPHEMERAL;
    if (!kept && idempotency == null) {
      return backplane.publish(channel, envelope).thenApply(taken -> Appended.LIVE_ONLY);
    }
    if (kept && head.numbered()) {
      throw new IllegalArgumentException(
          "envelope: offset and epoch are written by the gateway in channels that keep history");
    }
    Retention retention = kept ? policy.of(channel) : Retention.NONE;
    return backplane
        .append(LogKey.of(channel), envelope, retention, idempotency)
        .thenApply(
            appended -> {
              (appended.repeated() ? metrics.historyRepeated : metrics.historyAppended).inc();
              return appended;
            });
  }
}
