package io.velonx.gateway.history;

import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.protocol.ChannelName;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What became of publications with a key, for those who repeat them on this node: so a repetition
 * is known as one even while the backplane, which knows those of all nodes, is away.
 *
 * <p>Bounded by count and age. Threading: any thread.
 */
final class Repetitions {
  /** Some megabytes; those in front of it are still known to the backplane. */
  static final int MAX_ATTEMPTS = 10_000;

  private final LinkedHashMap<Key, Attempt> attempts = new LinkedHashMap<>();
  private final LongSupplier nanoTime;

  Repetitions(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Publishes, unless that was done or is being done; then it answers like the first attempt. */
  CompletionStage<Appended> once(
      ChannelName channel, Idempotency idempotency, Supplier<CompletionStage<Appended>> publish) {
    Key key = new Key(channel, idempotency.key());
    Attempt mine =
        new Attempt(new CompletableFuture<>(), idempotency.receipt(), nanoTime.getAsLong());
    Attempt first = addIfFirst(key, mine);
    if (first != null) {
      return first.outcome.thenApply(
          appended -> new Appended(appended.position(), true, first.receipt, appended.reach()));
    }
    publish
        .get()
        .whenComplete(
            (appended, failure) -> {
              if (failure == null) {
                String receipt = appended.receipt();
                // Another node may have had the first attempt.
                replace(key, mine, receipt == null ? mine.receipt : receipt);
                mine.outcome.complete(appended);
              } else {
                forget(channel, idempotency.key());
                mine.outcome.completeExceptionally(failure);
              }
            });
    return mine.outcome;
  }

  /** Nothing became of it after all. */
  synchronized void forget(ChannelName channel, String key) {
    attempts.remove(new Key(channel, key));
  }

  private synchronized @Nullable Attempt addIfFirst(Key key, Attempt mine) {
    long oldest = mine.sinceNanos - Idempotency.WINDOW.toNanos();
    Iterator<Attempt> eldest = attempts.values().iterator();
    while (eldest.hasNext()
        && (eldest.next().sinceNanos - oldest < 0 || attempts.size() >= MAX_ATTEMPTS)) {
      eldest.remove();
    }
    return attempts.putIfAbsent(key, mine);
  }

  private synchronized void replace(Key key, Attempt mine, String receipt) {
    if (!receipt.equals(mine.receipt)) {
      attempts.replace(key, mine, new Attempt(mine.outcome, receipt, mine.sinceNanos));
    }
  }

  private record Key(ChannelName channel, String key) {}

  private record Attempt(CompletableFuture<Appended> outcome, String receipt, long sinceNanos) {}
}
