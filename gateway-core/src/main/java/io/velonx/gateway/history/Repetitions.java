package io.velonx.gateway.history;

import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.LogKey;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What became of publications with a key, for those who repeat them on this node: so a repetition
 * is known as one even while the backplane, which knows those of all nodes, is away.
 *
 * <p>Bounded by count and age. Threading: any thread.
 *
 * @param <T> what became of them
 */
public final class Repetitions<T> {
  /** Some megabytes; those in front of it are still known to the backplane. */
  static final int MAX_ATTEMPTS = 10_000;

  private final LinkedHashMap<Key, Attempt<T>> attempts = new LinkedHashMap<>();
  private final LongSupplier nanoTime;
  private final Function<T, @Nullable String> receiptOf;
  private final BiFunction<T, String, T> repeated;

  /**
   * @param receiptOf the receipt in what became of one; null for that of this attempt
   * @param repeated the same for who repeats it, with the receipt of the first attempt
   */
  public Repetitions(
      LongSupplier nanoTime,
      Function<T, @Nullable String> receiptOf,
      BiFunction<T, String, T> repeated) {
    this.nanoTime = nanoTime;
    this.receiptOf = receiptOf;
    this.repeated = repeated;
  }

  /** Publishes, unless that was done or is being done; then it answers like the first attempt. */
  public CompletionStage<T> once(
      LogKey log, Idempotency idempotency, Supplier<CompletionStage<T>> publish) {
    Key key = new Key(log, idempotency.key());
    Attempt<T> mine =
        new Attempt<>(new CompletableFuture<>(), idempotency.receipt(), nanoTime.getAsLong());
    Attempt<T> first = addIfFirst(key, mine);
    if (first != null) {
      return first.outcome.thenApply(outcome -> repeated.apply(outcome, first.receipt));
    }
    publish
        .get()
        .whenComplete(
            (outcome, failure) -> {
              if (failure == null) {
                String receipt = receiptOf.apply(outcome);
                // Another node may have had the first attempt.
                replace(key, mine, receipt == null ? mine.receipt : receipt);
                mine.outcome.complete(outcome);
              } else {
                forget(log, idempotency.key());
                mine.outcome.completeExceptionally(failure);
              }
            });
    return mine.outcome;
  }

  /** Nothing became of it after all. */
  public synchronized void forget(LogKey log, String key) {
    attempts.remove(new Key(log, key));
  }

  private synchronized @Nullable Attempt<T> addIfFirst(Key key, Attempt<T> mine) {
    long oldest = mine.sinceNanos - Idempotency.WINDOW.toNanos();
    Iterator<Attempt<T>> eldest = attempts.values().iterator();
    while (eldest.hasNext()
        && (eldest.next().sinceNanos - oldest < 0 || attempts.size() >= MAX_ATTEMPTS)) {
      eldest.remove();
    }
    return attempts.putIfAbsent(key, mine);
  }

  private synchronized void replace(Key key, Attempt<T> mine, String receipt) {
    if (!receipt.equals(mine.receipt)) {
      attempts.replace(key, mine, new Attempt<>(mine.outcome, receipt, mine.sinceNanos));
    }
  }

  private record Key(LogKey log, String key) {}

  private record Attempt<T>(CompletableFuture<T> outcome, String receipt, long sinceNanos) {}
}
