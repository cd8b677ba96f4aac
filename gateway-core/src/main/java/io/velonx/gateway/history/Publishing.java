package io.velonx.gateway.history;

import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Appended.Reach;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
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
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
  private final LongSupplier nanoTime;
  private final GatewayMetrics metrics;
  private final Spool spool;
  private final Repetitions repetitions;
  private volatile @Nullable History local;

  public Publishing(
      HistoryPolicy policy,
      SpoolPolicy spooling,
      Backplane backplane,
      LongSupplier nanoTime,
      GatewayMetrics metrics) {
    this.policy = policy;
    this.backplane = backplane;
    this.nanoTime = nanoTime;
    this.metrics = metrics;
    spool = new Spool(spooling, nanoTime, this::dropped, metrics);
    repetitions = new Repetitions(nanoTime);
  }

  /** Begins to look after the spool, and to deliver on this node what waits in it. */
  public void start(History history, ScheduledExecutorService control) {
    local = history;
    control.scheduleWithFixedDelay(this::check, 1, 1, TimeUnit.SECONDS);
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
              channel, idempotency, () -> publishLive(channel, envelope, delivery, idempotency));
    }
    if (head.numbered()) {
      throw new IllegalArgumentException(
          "envelope: offset and epoch are written by the gateway in channels that keep history");
    }
    return idempotency == null
        ? appendOrKeep(channel, envelope, null)
        : repetitions.once(
            channel, idempotency, () -> appendOrKeep(channel, envelope, idempotency));
  }

  /**
   * Sends what waits.
   *
   * @return completes when nothing does any more; fails when the backplane cannot take it
   */
  public CompletionStage<Void> drain() {
    return spool.drain(this::send);
  }

  /** Keeps nothing any more; what still waits is lost. */
  public void close() {
    spool.close();
  }

  private CompletionStage<Appended> send(Spool.Entry entry) {
    return append(entry.channel(), entry.envelope(), entry.retention(), entry.idempotency())
        .thenApply(
            appended -> {
              History history = local;
              Position position = appended.position();
              if (history != null && position != null) {
                history.place(entry.channel(), entry.envelope(), position);
              }
              return appended;
            });
  }

  /** Later it would be of no use to the others, and those who are here would hear it twice. */
  private CompletionStage<Appended> publishLive(
      ChannelName channel, byte[] envelope, Delivery delivery, @Nullable Idempotency idempotency) {
    History history = local;
    if (history != null && isCutOff()) {
      history.deliverLive(channel, envelope, delivery);
      return CompletableFuture.completedStage(
          new Appended(null, false, receiptOf(idempotency), Reach.HERE));
    }
    return idempotency == null
        ? backplane.publish(channel, envelope).thenApply(taken -> Appended.LIVE_ONLY)
        : append(channel, envelope, Retention.NONE, idempotency);
  }

  private CompletionStage<Appended> appendOrKeep(
      ChannelName channel, byte[] envelope, @Nullable Idempotency idempotency) {
    if (mustWait()) {
      return keep(
          channel,
          envelope,
          idempotency,
          null,
          new BackplaneUnavailableException("nothing more can be kept", null));
    }
    CompletableFuture<Appended> answer = new CompletableFuture<>();
    long sentNanos = nanoTime.getAsLong();
    append(channel, envelope, policy.of(channel), idempotency)
        .whenComplete(
            (appended, failure) -> {
              if (failure == null) {
                answer.complete(appended);
              } else {
                keepAfter(reason(failure), channel, envelope, idempotency, sentNanos)
                    .whenComplete(
                        (kept, refusal) -> {
                          if (refusal == null) {
                            answer.complete(kept);
                          } else {
                            answer.completeExceptionally(refusal);
                          }
                        });
              }
            });
    return answer;
  }

  /** What comes later waits behind what waits already: that is the order of the channel. */
  private boolean mustWait() {
    return spool.isWaiting() || isCutOff();
  }

  private boolean isCutOff() {
    return backplane.state() == BackplaneState.DEGRADED && !backplane.health().publisherConnected();
  }

  private CompletionStage<Appended> keepAfter(
      Throwable failure,
      ChannelName channel,
      byte[] envelope,
      @Nullable Idempotency idempotency,
      long sentNanos) {
    if (!(failure instanceof BackplaneUnavailableException unavailable)
        || (unavailable.isUnanswered() && idempotency == null)) {
      // Without a key, sending it again might publish it twice.
      return CompletableFuture.failedStage(failure);
    }
    return keep(
        channel, envelope, idempotency, unavailable.isUnanswered() ? sentNanos : null, failure);
  }

  private CompletionStage<Appended> keep(
      ChannelName channel,
      byte[] envelope,
      @Nullable Idempotency idempotency,
      @Nullable Long sentNanos,
      Throwable refusal) {
    History history = local;
    boolean kept =
        spool.offer(
            channel,
            envelope,
            policy.of(channel),
            idempotency,
            () -> {
              if (history != null) {
                history.deliverUnplaced(channel, envelope, sentNanos);
              }
            });
    return kept
        ? CompletableFuture.completedStage(
            new Appended(null, false, receiptOf(idempotency), Reach.SPOOLED))
        : CompletableFuture.failedStage(refusal);
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

  private void dropped(Spool.Entry entry) {
    repetitions.forget(entry.channel(), entry.idempotency().key());
    History history = local;
    if (history != null) {
      history.forgetUnplaced(entry.channel(), entry.envelope());
    }
  }

  /** Something may wait without an outage, or topics may take longer to come back than it can. */
  private void check() {
    spool.forgetOld();
    boolean inTurn = spool.isWaiting() && backplane.state() == BackplaneState.UP;
    if (inTurn || (spool.isUrgent() && backplane.health().publisherConnected())) {
      CompletionStage<Void> unused = drain();
    }
  }

  private static @Nullable String receiptOf(@Nullable Idempotency idempotency) {
    return idempotency == null ? null : idempotency.receipt();
  }

  private static Throwable reason(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
