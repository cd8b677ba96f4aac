package io.velonx.gateway.history;

import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.metrics.LogThrottle;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.protocol.ChannelName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publications that the backplane could not take, until it can, in the order in which they came.
 *
 * <p>Each has a key, so that sending it once too often is harmless. What was taken has been
 * acknowledged: so who comes to a full spool is refused, and knows it, rather than that an older
 * one is given up. Only age ends what is in it.
 *
 * <p>Threading: any thread; the lock is held for hand-overs that never wait, and never while
 * calling the backplane.
 */
final class Spool {
  /** About what one lane takes to Redis at once. */
  private static final int ROUND = 100;

  private static final Logger log = LoggerFactory.getLogger(Spool.class);

  private final SpoolPolicy policy;
  private final LongSupplier nanoTime;
  private final Consumer<Entry> dropped;
  private final GatewayMetrics metrics;
  private final String keyPrefix = "spool " + Stamp.freshEpoch() + " ";
  private final LogThrottle warnings = new LogThrottle();
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private @Nullable CompletableFuture<Void> draining;
  private long octets;
  private long taken;
  private boolean closed;
  private volatile int size;

  /**
   * @param dropped told of what became too old, under the lock
   */
  Spool(
      SpoolPolicy policy, LongSupplier nanoTime, Consumer<Entry> dropped, GatewayMetrics metrics) {
    this.policy = policy;
    this.nanoTime = nanoTime;
    this.dropped = dropped;
    this.metrics = metrics;
    metrics.gauge(MetricNames.SPOOL_WAITING, () -> size);
  }

  /** Whether something waits, so that what comes now has to wait behind it. */
  boolean isWaiting() {
    return size > 0;
  }

  /**
   * Keeps a publication.
   *
   * @param accepted what else has to be done in the order of the spool, under its lock
   * @return false when there is no room
   */
  boolean offer(
      ChannelName channel,
      byte[] envelope,
      Retention retention,
      @Nullable Idempotency idempotency,
      Runnable accepted) {
    synchronized (this) {
      forgetOld();
      if (!closed
          && entries.size() < policy.messages()
          && octets + envelope.length <= policy.octets()) {
        Idempotency own =
            idempotency == null ? new Idempotency(keyPrefix + ++taken, "") : idempotency;
        entries.add(new Entry(channel, envelope, retention, own, nanoTime.getAsLong()));
        octets += envelope.length;
        size = entries.size();
        metrics.spoolTaken.inc();
        accepted.run();
        return true;
      }
    }
    metrics.spoolRefused.inc();
    return false;
  }

  /** Whether something will soon be too old. */
  synchronized boolean isUrgent() {
    Entry first = entries.peek();
    return first != null && nanoTime.getAsLong() - first.sinceNanos > policy.age().toNanos() / 2;
  }

  /** Gives up what is too old. */
  synchronized void forgetOld() {
    long oldest = nanoTime.getAsLong() - policy.age().toNanos();
    long lost = 0;
    for (Entry first = entries.peek();
        first != null && !first.underWay && first.sinceNanos - oldest < 0;
        first = entries.peek()) {
      removeFirst();
      lost++;
      dropped.accept(first);
    }
    metrics.spoolDropped.inc(lost);
    if (lost > 0 && warnings.mayLog()) {
      log.warn("publications were kept for too long and are dropped count={}", lost);
    }
  }

  /**
   * Sends everything, the oldest first.
   *
   * @return completes when nothing is left; fails with the first that could not be sent
   */
  CompletionStage<Void> drain(Function<Entry, CompletionStage<?>> send) {
    CompletableFuture<Void> drained;
    synchronized (this) {
      if (draining != null) {
        return draining;
      }
      if (entries.isEmpty()) {
        return CompletableFuture.completedStage(null);
      }
      drained = new CompletableFuture<>();
      draining = drained;
      log.info("sending what was kept count={}", entries.size());
    }
    // The first alone: with it Redis learns the script, and what follows keeps its order.
    sendRound(1, send, drained);
    return drained;
  }

  /** Takes nothing any more; what is left is lost. */
  synchronized void close() {
    closed = true;
    if (!entries.isEmpty()) {
      log.warn("publications that were kept are lost count={}", entries.size());
      metrics.spoolDropped.inc(entries.size());
      entries.clear();
      octets = 0;
      size = 0;
    }
  }

  private void sendRound(
      int most, Function<Entry, CompletionStage<?>> send, CompletableFuture<Void> drained) {
    List<Entry> round = nextRound(most);
    if (round.isEmpty()) {
      drained.complete(null);
      return;
    }
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (Entry entry : round) {
      answers.add(
          send.apply(entry)
              .whenComplete((done, failure) -> entry.sent = failure == null)
              .toCompletableFuture());
    }
    CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .whenComplete(
            (done, failure) -> {
              settle(round, failure != null);
              if (failure == null) {
                sendRound(ROUND, send, drained);
              } else {
                drained.completeExceptionally(failure);
              }
            });
  }

  private synchronized List<Entry> nextRound(int most) {
    forgetOld();
    List<Entry> round = entries.stream().limit(most).toList();
    round.forEach(entry -> entry.underWay = true);
    if (round.isEmpty()) {
      draining = null;
    }
    return round;
  }

  /** What was not sent stays in front, in its order. */
  private synchronized void settle(List<Entry> round, boolean failed) {
    if (closed) {
      return;
    }
    round.forEach(entry -> removeFirst());
    for (int i = round.size() - 1; i >= 0; i--) {
      Entry entry = round.get(i);
      entry.underWay = false;
      if (!entry.sent) {
        entries.addFirst(entry);
        octets += entry.envelope.length;
      }
    }
    size = entries.size();
    if (failed) {
      draining = null;
    }
  }

  private void removeFirst() {
    octets -= entries.remove().envelope.length;
    size = entries.size();
  }

  /** One publication that waits. */
  static final class Entry {
    private final ChannelName channel;
    private final byte[] envelope;
    private final Retention retention;
    private final Idempotency idempotency;
    private final long sinceNanos;
    private boolean underWay;
    private volatile boolean sent;

    Entry(
        ChannelName channel,
        byte[] envelope,
        Retention retention,
        Idempotency idempotency,
        long sinceNanos) {
      this.channel = channel;
      this.envelope = envelope;
      this.retention = retention;
      this.idempotency = idempotency;
      this.sinceNanos = sinceNanos;
    }

    ChannelName channel() {
      return channel;
    }

    byte[] envelope() {
      return envelope;
    }

    Retention retention() {
      return retention;
    }

    Idempotency idempotency() {
      return idempotency;
    }
  }
}
