package io.velonx.gateway.history;

import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.metrics.LogThrottle;
import io.velonx.gateway.metrics.MetricNames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parcels that the backplane could not take, until it can, in the order in which they came.
 *
 * <p>Each has a key, so that sending it once too often is harmless. What was taken has been
 * acknowledged: so who comes to a full spool is refused, and knows it, rather than that an older
 * one is given up. Only age ends what is in it.
 *
 * <p>Threading: any thread; the lock is held for hand-overs that never wait, and never while
 * calling the backplane.
 */
public final class Spool {
  /** About what one lane takes to Redis at once. */
  private static final int ROUND = 100;

  private static final Logger log = LoggerFactory.getLogger(Spool.class);

  private final SpoolPolicy policy;
  private final Backplane backplane;
  private final LongSupplier nanoTime;
  private final GatewayMetrics metrics;
  private final String keyPrefix = "spool " + Stamp.freshEpoch() + " ";
  private final LogThrottle warnings = new LogThrottle();
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private @Nullable CompletableFuture<Void> draining;
  private long octets;
  private long taken;
  private boolean closed;
  private volatile int size;

  public Spool(
      SpoolPolicy policy, Backplane backplane, LongSupplier nanoTime, GatewayMetrics metrics) {
    this.policy = policy;
    this.backplane = backplane;
    this.nanoTime = nanoTime;
    this.metrics = metrics;
    metrics.gauge(MetricNames.SPOOL_WAITING, () -> size);
  }

  /** Begins to look after what waits. */
  public void start(ScheduledExecutorService control) {
    control.scheduleWithFixedDelay(this::check, 1, 1, TimeUnit.SECONDS);
  }

  /**
   * Sends a parcel, or keeps it while the backplane cannot take it.
   *
   * @param idempotency null when the sender never repeats it
   * @return fails when neither backplane nor spool can take it, and then it may or may not have
   *     been taken
   */
  public <T> CompletionStage<T> send(Parcel<T> parcel, @Nullable Idempotency idempotency) {
    if (mustWait()) {
      return keep(
          parcel,
          idempotency,
          null,
          new BackplaneUnavailableException("nothing more can be kept", null));
    }
    CompletableFuture<T> answer = new CompletableFuture<>();
    long sentNanos = nanoTime.getAsLong();
    parcel
        .send(idempotency)
        .whenComplete(
            (taken, failure) -> {
              if (failure == null) {
                answer.complete(taken);
              } else {
                keepAfter(reason(failure), parcel, idempotency, sentNanos)
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

  /** What comes later waits behind what waits already: that is the order of each log. */
  private boolean mustWait() {
    return isWaiting() || backplane.isCutOff();
  }

  private <T> CompletionStage<T> keepAfter(
      Throwable failure, Parcel<T> parcel, @Nullable Idempotency idempotency, long sentNanos) {
    if (!(failure instanceof BackplaneUnavailableException unavailable)
        || (unavailable.isUnanswered() && idempotency == null)) {
      // Without a key, sending it again might publish it twice.
      return CompletableFuture.failedStage(failure);
    }
    return keep(parcel, idempotency, unavailable.isUnanswered() ? sentNanos : null, failure);
  }

  private <T> CompletionStage<T> keep(
      Parcel<T> parcel,
      @Nullable Idempotency idempotency,
      @Nullable Long sentNanos,
      Throwable refusal) {
    synchronized (this) {
      forgetOld();
      if (!closed
          && entries.size() < policy.messages()
          && octets + parcel.octets() <= policy.octets()) {
        Idempotency key =
            idempotency == null ? new Idempotency(keyPrefix + ++taken, "") : idempotency;
        entries.add(new Entry(parcel, key, nanoTime.getAsLong()));
        octets += parcel.octets();
        size = entries.size();
        metrics.spoolTaken.inc();
        return CompletableFuture.completedStage(parcel.kept(sentNanos));
      }
    }
    metrics.spoolRefused.inc();
    return CompletableFuture.failedStage(refusal);
  }

  /** Whether something waits, so that what comes now has to wait behind it. */
  boolean isWaiting() {
    return size > 0;
  }

  /** Something may wait without an outage, or topics may take longer to come back than it can. */
  private void check() {
    forgetOld();
    boolean inTurn = isWaiting() && backplane.state() == BackplaneState.UP;
    if (inTurn || (isUrgent() && backplane.health().publisherConnected())) {
      CompletionStage<Void> unused = drain();
    }
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
      first.parcel.dropped();
    }
    metrics.spoolDropped.inc(lost);
    if (lost > 0 && warnings.mayLog()) {
      log.warn("what was kept for too long is dropped count={}", lost);
    }
  }

  /**
   * Sends everything, the oldest first.
   *
   * @return completes when nothing is left; fails with the first that could not be sent
   */
  public CompletionStage<Void> drain() {
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
    sendRound(drained);
    return drained;
  }

  /** Takes nothing any more; what is left is lost. */
  public synchronized void close() {
    closed = true;
    if (!entries.isEmpty()) {
      log.warn("what was kept is lost count={}", entries.size());
      metrics.spoolDropped.inc(entries.size());
      entries.clear();
      octets = 0;
      size = 0;
    }
  }

  private void sendRound(CompletableFuture<Void> drained) {
    List<Entry> round = nextRound();
    if (round.isEmpty()) {
      drained.complete(null);
      return;
    }
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (Entry entry : round) {
      answers.add(
          entry
              .parcel
              .sendLate(entry.key)
              .whenComplete((done, failure) -> entry.sent = failure == null)
              .toCompletableFuture());
    }
    CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
        .whenComplete(
            (done, failure) -> {
              settle(round, failure != null);
              if (failure == null) {
                sendRound(drained);
              } else {
                drained.completeExceptionally(failure);
              }
            });
  }

  private synchronized List<Entry> nextRound() {
    forgetOld();
    List<Entry> round = entries.stream().limit(ROUND).toList();
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
        octets += entry.parcel.octets();
      }
    }
    size = entries.size();
    if (failed) {
      draining = null;
    }
  }

  private void removeFirst() {
    octets -= entries.remove().parcel.octets();
    size = entries.size();
  }

  private static Throwable reason(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  /**
   * Something for the log of a channel or of a user.
   *
   * @param <T> what its sender is answered
   */
  public interface Parcel<T> {
    int octets();

    /** Hands it to the backplane. */
    CompletionStage<T> send(@Nullable Idempotency idempotency);

    /** As {@link #send}, when it has waited. */
    CompletionStage<T> sendLate(Idempotency idempotency);

    /**
     * It waits from now on: does what is to be done at once, in the order of the spool and under
     * its lock, and never waits.
     *
     * @param sentNanos when it was sent without an answer; null when it was not
     * @return the answer
     */
    T kept(@Nullable Long sentNanos);

    /** It became too old. Called under the lock. */
    void dropped();
  }

  /** One parcel that waits. */
  private static final class Entry {
    private final Parcel<?> parcel;
    private final Idempotency key;
    private final long sinceNanos;
    private boolean underWay;
    private volatile boolean sent;

    Entry(Parcel<?> parcel, Idempotency key, long sinceNanos) {
      this.parcel = parcel;
      this.key = key;
      this.sinceNanos = sinceNanos;
    }
  }
}
