package io.velonx.gateway.backplane.redis;

import io.velonx.gateway.backplane.BackplaneUnavailableException;
import io.velonx.gateway.backplane.redis.CommandLanes.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jctools.queues.MpscChunkedArrayQueue;
import org.jspecify.annotations.Nullable;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
import org.redisson.api.RFuture;
import org.redisson.api.RedissonClient;
import org.redisson.client.RedisNoScriptException;

/**
 * One order of commands: a queue, and at most one batch on its way.
 *
 * <p>Whoever turns {@code busy} on owns the queue's reading end and the batch; it passes to the
 * thread on which the batch completes, and is given up when the queue is empty.
 */
final class CommandLane {
  /** A node whose 50,000 users return at once joins each of them into a few audiences. */
  static final int MAX_QUEUED = 128 * 1024;

  /** 256 of the largest envelopes; beyond this Redis is too slow to catch up soon. */
  static final long MAX_QUEUED_OCTETS = 16L * 1024 * 1024;

  private static final int FIRST_CHUNK = 256;

  /** Larger batches gain nothing and delay their first command's answer. */
  private static final int MAX_BATCH = 200;

  private static final int MAX_BATCH_OCTETS = 512 * 1024;

  private final Supplier<@Nullable RedissonClient> client;
  private final long timeoutMillis;
  private final long longestWaitNanos;
  private final Runnable settled;
  private final MpscChunkedArrayQueue<Entry<?>> queue =
      new MpscChunkedArrayQueue<>(FIRST_CHUNK, MAX_QUEUED);
  private final AtomicLong queuedOctets = new AtomicLong();
  private final AtomicBoolean busy = new AtomicBoolean();

  /**
   * @param longestWait how long a command may wait before it is sent
   * @param settled called once for every command, after its answer was given
   */
  CommandLane(
      Supplier<@Nullable RedissonClient> client,
      Duration timeout,
      Duration longestWait,
      Runnable settled) {
    this.client = client;
    this.timeoutMillis = timeout.toMillis();
    this.longestWaitNanos = longestWait.toNanos();
    this.settled = settled;
  }

  <T> CompletionStage<T> send(int octets, int answerOctets, Command<T> command) {
    Entry<T> entry = new Entry<>(command, octets, answerOctets, System.nanoTime());
    if (client.get() == null) {
      entry.fail(new BackplaneUnavailableException("not connected", null));
      settled.run();
    } else if (queuedOctets.addAndGet(octets) > MAX_QUEUED_OCTETS || !queue.offer(entry)) {
      queuedOctets.addAndGet(-octets);
      entry.fail(new BackplaneUnavailableException("queue is full", null));
      settled.run();
    } else {
      sendNext();
    }
    return entry.answer;
  }

  private void sendNext() {
    while (!queue.isEmpty() && busy.compareAndSet(false, true)) {
      List<Entry<?>> batch = takeBatch();
      if (!batch.isEmpty()) {
        execute(batch);
        return;
      }
      busy.set(false);
    }
  }

  private List<Entry<?>> takeBatch() {
    long oldest = System.nanoTime() - longestWaitNanos;
    List<Entry<?>> batch = new ArrayList<>();
    int octets = 0;
    while (batch.size() < MAX_BATCH && octets < MAX_BATCH_OCTETS) {
      Entry<?> entry = queue.relaxedPoll();
      if (entry == null) {
        break;
      }
      if (entry.since - oldest < 0) {
        entry.fail(new BackplaneUnavailableException("waited too long", null));
        release(entry);
      } else {
        batch.add(entry);
        octets += entry.octets + entry.answerOctets;
      }
    }
    return batch;
  }

  private void execute(List<Entry<?>> entries) {
    RedissonClient connected = client.get();
    if (connected == null) {
      complete(entries, new BackplaneUnavailableException("not connected", null));
      return;
    }
    try {
      RBatch batch =
          connected.createBatch(
              BatchOptions.defaults()
                  .retryAttempts(0)
                  .responseTimeout(timeoutMillis, TimeUnit.MILLISECONDS));
      for (Entry<?> entry : entries) {
        entry.addTo(batch);
      }
      batch.executeAsync().whenComplete((result, failure) -> complete(entries, failure));
    } catch (RuntimeException e) {
      // Redisson refuses when it is being shut down.
      complete(entries, e);
    }
  }

  private void complete(List<Entry<?>> entries, @Nullable Throwable failure) {
    for (Entry<?> entry : entries) {
      entry.settle(failure);
      release(entry);
    }
    busy.set(false);
    sendNext();
  }

  private void release(Entry<?> entry) {
    queuedOctets.addAndGet(-entry.octets);
    settled.run();
  }

  /** A command on its way. */
  private static final class Entry<T> {
    private final Command<T> command;
    private final int octets;
    private final int answerOctets;
    private final long since;
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private @Nullable RFuture<T> reply;

    Entry(Command<T> command, int octets, int answerOctets, long since) {
      this.command = command;
      this.octets = octets;
      this.answerOctets = answerOctets;
      this.since = since;
    }

    void addTo(RBatch batch) {
      reply = command.addTo(batch);
    }

    /** Takes the command's own reply when there is one; a batch may fail for another's error. */
    void settle(@Nullable Throwable batchFailure) {
      CompletableFuture<T> own = reply == null ? null : reply.toCompletableFuture();
      if (own == null || !own.isDone()) {
        fail(BackplaneUnavailableException.unanswered(batchFailure));
        return;
      }
      own.whenComplete(
          (value, failure) -> {
            if (failure == null) {
              answer.complete(value);
            } else {
              fail(failure);
            }
          });
    }

    void fail(Throwable failure) {
      boolean telling =
          failure instanceof BackplaneUnavailableException
              || failure instanceof RedisNoScriptException;
      answer.completeExceptionally(
          telling ? failure : BackplaneUnavailableException.unanswered(failure));
    }
  }
}
