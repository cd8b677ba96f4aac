package io.velonx.gateway.backplane.redis;

import io.velonx.gateway.backplane.BackplaneUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RBatch;
import org.redisson.api.RFuture;
import org.redisson.api.RedissonClient;

/**
 * Sends commands to Redis in a few lanes, each with one batch in flight, so that what is sent for
 * one key keeps its order and what collects meanwhile travels together. Threading: any thread;
 * never blocks.
 */
final class CommandLanes {
  /** The lanes of every kind. */
  static final int ALL_LANES = 4 + 2 + 2 + 1;

  private final CommandLane[] lanes;
  private final AtomicInteger outstanding = new AtomicInteger();
  private volatile @Nullable CompletableFuture<Void> idle;

  private CommandLanes(
      int count,
      Supplier<@Nullable RedissonClient> client,
      Duration timeout,
      Duration longestWait) {
    lanes = new CommandLane[count];
    for (int i = 0; i < count; i++) {
      lanes[i] = new CommandLane(client, timeout, longestWait, this::settled);
    }
  }

  /**
   * Lanes for publications: two already saturate one Redis, four leave room for a slow batch. What
   * waited for longer than two answers take is of no interest any more.
   */
  static CommandLanes publishing(Supplier<@Nullable RedissonClient> client, Duration timeout) {
    return new CommandLanes(4, client, timeout, timeout.multipliedBy(2));
  }

  /**
   * Lanes for presence: a whole node's users may be joined again at once, and giving up on some
   * would only start that anew; so they are patient.
   */
  static CommandLanes presence(Supplier<@Nullable RedissonClient> client, Duration timeout) {
    return new CommandLanes(2, client, timeout, timeout.multipliedBy(20));
  }

  /**
   * Lanes for reading logs, whose long answers delay nothing else. Clients of thousands of channels
   * may come back at once, and would rather wait than miss something.
   */
  static CommandLanes reading(Supplier<@Nullable RedissonClient> client, Duration timeout) {
    return new CommandLanes(2, client, timeout, timeout.multipliedBy(10));
  }

  /** The lane of the lease, which waits behind nothing else. */
  static CommandLanes leasing(Supplier<@Nullable RedissonClient> client, Duration timeout) {
    return new CommandLanes(1, client, timeout, timeout);
  }

  /**
   * Sends a command.
   *
   * @param key commands of one key are carried out in the order they came
   * @param octets about how much it holds, for the bound of the lane
   * @return Redis' answer; fails with {@link BackplaneUnavailableException}, or as {@link
   *     org.redisson.client.RedisNoScriptException} when Redis does not know a script
   */
  <T> CompletionStage<T> send(String key, int octets, Command<T> command) {
    return send(key, octets, 0, command);
  }

  /**
   * As {@link #send(String, int, Command)}, for a command with a long answer.
   *
   * @param answerOctets about how much it returns: few of these share a batch
   */
  <T> CompletionStage<T> send(String key, int octets, int answerOctets, Command<T> command) {
    outstanding.incrementAndGet();
    int hash = key.hashCode();
    CommandLane lane = lanes[Math.floorMod(hash ^ (hash >>> 16), lanes.length)];
    return lane.send(octets, answerOctets, command);
  }

  /** Completes when nothing is queued or in flight. */
  CompletionStage<Void> whenIdle() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    idle = done;
    if (outstanding.get() == 0) {
      done.complete(null);
    }
    return done;
  }

  private void settled() {
    if (outstanding.decrementAndGet() == 0) {
      CompletableFuture<Void> waiting = idle;
      if (waiting != null) {
        waiting.complete(null);
      }
    }
  }

  /** One command of a batch. */
  interface Command<T> {
    RFuture<T> addTo(RBatch batch);
  }
}
