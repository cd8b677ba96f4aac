package io.velonx.gateway.history;

import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Appended.Reach;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import io.velonx.gateway.protocol.MessageType;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Position;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one way by which this node publishes to a channel: kept where the channel keeps history and
 * the type is worth it, else live only.
 *
 * <p>What is to be kept and the backplane cannot take now goes to the subscribers of this node at
 * once, without a place, and into a spool; what is not to be kept goes to them alone. Threading:
 * any thread.
 */
public final class Publishing {
  private final HistoryPolicy policy;
  private final Backplane backplane;
  private final GatewayMetrics metrics;
  private final Spool spool;
  private final Repetitions<Appended> repetitions;
  private volatile @Nullable History local;

  public Publishing(
      HistoryPolicy policy,
      Spool spool,
      Backplane backplane,
      LongSupplier nanoTime,
      GatewayMetrics metrics) {
    this.policy = policy;
    this.backplane = backplane;
    this.spool = spool;
    this.metrics = metrics;
    repetitions =
        new Repetitions<>(
            nanoTime,
            Appended::receipt,
            (first, receipt) -> new Appended(first.position(), true, receipt, first.reach()));
  }

  /** Begins to deliver on this node what the backplane does not. */
  public void start(History history) {
    local = history;
  }

  /**
   * Publishes an envelope.
   *
   * <p>Fails: {@link IllegalArgumentException} when it has members that the gateway is to write;
   * the stage fails when neither backplane nor spool can take it, and then it may or may not have
   * been taken.
   *
   * @param head that of the envelope
   * @param idempotency null when it is never repeated
   */
  public CompletionStage<Appended> publish(
      ChannelName channel, Head head, byte[] envelope, @Nullable Idempotency idempotency) {
    Delivery delivery = MessageType.deliveryOf(head.type());
    boolean kept = policy.keeps(channel) && delivery != Delivery.EPHEMERAL;
    if (!kept) {
      return idempotency == null
          ? publishLive(channel, envelope, delivery, null)
          : repetitions.once(
              LogKey.of(channel),
              idempotency,
              () -> publishLive(channel, envelope, delivery, idempotency));
    }
    if (head.numbered()) {
      throw new IllegalArgumentException(
          "envelope: offset and epoch are written by the gateway in channels that keep history");
    }
    return idempotency == null
        ? spool.send(new Publication(channel, envelope, null), null)
        : repetitions.once(
            LogKey.of(channel),
            idempotency,
            () -> spool.send(new Publication(channel, envelope, idempotency), idempotency));
  }

  /** Later it would be of no use to the others, and those who are here would hear it twice. */
  private CompletionStage<Appended> publishLive(
      ChannelName channel, byte[] envelope, Delivery delivery, @Nullable Idempotency idempotency) {
    History history = local;
    if (history != null && backplane.isCutOff()) {
      history.deliverLive(channel, envelope, delivery);
      return CompletableFuture.completedStage(
          new Appended(null, false, receiptOf(idempotency), Reach.HERE));
    }
    return idempotency == null
        ? backplane.publish(channel, envelope).thenApply(taken -> Appended.LIVE_ONLY)
        : append(channel, envelope, Retention.NONE, idempotency);
  }

  /** Gives the subscribers of this node an envelope that is worth nothing later. */
  public void publishHere(ChannelName channel, byte[] envelope) {
    History history = local;
    if (history != null) {
      history.deliverLive(channel, envelope, Delivery.EPHEMERAL);
    }
  }

  private CompletionStage<Appended> append(
      ChannelName channel,
      byte[] envelope,
      Retention retention,
      @Nullable Idempotency idempotency) {
    return backplane
        .append(LogKey.of(channel), envelope, retention, idempotency)
        .thenApply(
            appended -> {
              (appended.repeated() ? metrics.historyRepeated : metrics.historyAppended).inc();
              deliverIfSilent(channel, envelope, appended);
              return appended;
            });
  }

  /** While topics bring nothing, this node's own publications need not wait for them. */
  private void deliverIfSilent(ChannelName channel, byte[] envelope, Appended appended) {
    Position position = appended.position();
    History history = local;
    if (position != null
        && history != null
        && !appended.repeated()
        && !backplane.health().subscriberConnected()) {
      history.deliverPlaced(channel, position, Stamp.close(Stamp.open(envelope), position));
    }
  }

  private static @Nullable String receiptOf(@Nullable Idempotency idempotency) {
    return idempotency == null ? null : idempotency.receipt();
  }

  /** What a channel is to keep. */
  private final class Publication implements Spool.Parcel<Appended> {
    private final ChannelName channel;
    private final byte[] envelope;
    private final @Nullable Idempotency own;

    Publication(ChannelName channel, byte[] envelope, @Nullable Idempotency own) {
      this.channel = channel;
      this.envelope = envelope;
      this.own = own;
    }

    @Override
    public int octets() {
      return envelope.length;
    }

    @Override
    public CompletionStage<Appended> send(@Nullable Idempotency idempotency) {
      return append(channel, envelope, policy.of(channel), idempotency);
    }

    @Override
    public CompletionStage<Appended> sendLate(Idempotency idempotency) {
      return send(idempotency)
          .thenApply(
              appended -> {
                History history = local;
                Position position = appended.position();
                if (history != null && position != null) {
                  history.place(channel, envelope, position);
                }
                return appended;
              });
    }

    @Override
    public Appended kept(@Nullable Long sentNanos) {
      History history = local;
      if (history != null) {
        history.deliverUnplaced(channel, envelope, sentNanos);
      }
      return new Appended(null, false, receiptOf(own), Reach.SPOOLED);
    }

    @Override
    public void dropped() {
      if (own != null) {
        repetitions.forget(LogKey.of(channel), own.key());
      }
      History history = local;
      if (history != null) {
        history.forgetUnplaced(channel, envelope);
      }
    }
  }
}
