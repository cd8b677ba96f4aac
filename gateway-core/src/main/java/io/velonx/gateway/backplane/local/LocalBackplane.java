package io.velonx.gateway.backplane.local;

import io.netty.channel.IoEventLoop;
import io.velonx.gateway.auth.Revocation;
import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.BackplaneHealth;
import io.velonx.gateway.backplane.BackplaneListener;
import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
import io.velonx.gateway.backplane.Bookmark;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.LogSlice;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.limit.UserCap;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.OnlineUser;
import io.velonx.gateway.protocol.Position;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backplane of a node that is alone: publications go straight to its own listener.
 *
 * <p>Channels and users are spread over lanes by their hash, so that threads publishing to
 * different channels rarely meet, and those that meet never wait. Logs are kept in the lane of
 * their key. Typing is not kept, because only the back ends would read it and they read Redis.
 */
public final class LocalBackplane implements Backplane {
  /** A power of two, well above the number of event loops. */
  private static final int LANES = 64;

  private static final Logger log = LoggerFactory.getLogger(LocalBackplane.class);

  private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

  private final Lane[] lanes = new Lane[LANES];
  private final LocalLogs[] logs = new LocalLogs[LANES];
  private final LocalPresence presence = new LocalPresence();
  private final LocalConnections connections = new LocalConnections();
  private final ConcurrentHashMap<String, Set<String>> blocks = new ConcurrentHashMap<>();
  private volatile @Nullable BackplaneListener listener;
  private volatile boolean closed;

  public LocalBackplane() {
    LongSupplier nowMillis = () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    for (int i = 0; i < LANES; i++) {
      lanes[i] = new Lane();
      logs[i] = new LocalLogs(nowMillis);
    }
  }

  @Override
  public void start(BackplaneListener newListener, IoEventLoop home) {
    if (listener != null) {
      throw new IllegalStateException("started twice");
    }
    listener = newListener;
  }

  @Override
  public CompletionStage<Void> publish(ChannelName channel, byte[] envelope) {
    return whenOpen(
        () -> {
          BackplaneListener target = listener();
          // What nobody here listens to needs no place in a lane.
          if (!target.hasSubscribers(channel)) {
            return DONE;
          }
          return enqueue(channel.text(), () -> target.onPublication(channel, envelope));
        });
  }

  @Override
  public CompletionStage<Appended> append(
      LogKey key, byte[] envelope, Retention retention, @Nullable Idempotency idempotency) {
    return inLaneOf(
        key, own -> own.append(key, envelope, retention, idempotency, made -> deliver(key, made)));
  }

  /** A log that was forgotten begins anew by itself, so it never falls behind what was seen. */
  @Override
  public CompletionStage<LogSlice> read(
      LogKey key, long after, int limit, @Nullable Position seen) {
    return inLaneOf(key, own -> own.read(key, after, limit));
  }

  @Override
  public CompletionStage<Bookmark> mark(LogKey key, String reader, @Nullable Position upTo) {
    return inLaneOf(key, own -> own.mark(key, reader, upTo));
  }

  @Override
  public CompletionStage<Integer> publishToUser(String userId, String note, byte[] envelope) {
    return whenOpen(
        () -> {
          if (!presence.isIn(Audience.EVERYONE, userId)) {
            return CompletableFuture.completedStage(0);
          }
          BackplaneListener target = listener();
          return enqueue(userId, () -> target.onUserPublication(userId, note, envelope))
              .thenApply(nothing -> 1);
        });
  }

  /** Nothing to do: {@link BackplaneListener#hasSubscribers} is asked for every publication. */
  @Override
  public CompletionStage<Void> subscribe(ChannelName channel) {
    return whenOpen(() -> DONE);
  }

  @Override
  public void unsubscribe(ChannelName channel) {}

  @Override
  public void resubscribe(ChannelName channel) {}

  @Override
  public CompletionStage<Joined> join(Audience audience, String userId) {
    return whenOpen(() -> CompletableFuture.completedStage(presence.join(audience, userId)));
  }

  @Override
  public CompletionStage<Joined> appear(OnlineUser user) {
    return whenOpen(() -> CompletableFuture.completedStage(presence.appear(user)));
  }

  @Override
  public CompletionStage<Online> online(Audience audience, int most) {
    return whenOpen(() -> CompletableFuture.completedStage(presence.online(audience, most)));
  }

  @Override
  public CompletionStage<Left> leave(Audience audience, String userId) {
    return whenOpen(() -> CompletableFuture.completedStage(presence.leave(audience, userId)));
  }

  @Override
  public CompletionStage<Void> startTyping(ChannelName channel, String userId, byte[] envelope) {
    return publish(channel, envelope);
  }

  @Override
  public CompletionStage<Void> stopTyping(ChannelName channel, String userId, byte[] envelope) {
    return publish(channel, envelope);
  }

  @Override
  public CompletionStage<Boolean> admit(String userId, long connectionId, UserCap cap) {
    return whenOpen(
        () ->
            CompletableFuture.completedStage(
                connections.admit(userId, connectionId, cap, listener()::onReplaced)));
  }

  @Override
  public void release(String userId, long connectionId) {
    connections.release(userId, connectionId);
  }

  /** Nothing to do: what this node counts by itself is all there is. */
  @Override
  public CompletionStage<Long> charge(String userId, String action, Rate rate) {
    return whenOpen(() -> CompletableFuture.completedStage(0L));
  }

  /** Kept by the listener alone: there is nobody else to tell later. */
  @Override
  public CompletionStage<Void> revoke(Revocation revocation) {
    return whenOpen(
        () -> {
          BackplaneListener target = listener();
          return enqueue(revocation.id(), () -> target.onRevoked(List.of(revocation)));
        });
  }

  @Override
  public CompletionStage<Void> block(String userId, Set<String> blocked) {
    return whenOpen(
        () -> {
          if (blocked.isEmpty()) {
            blocks.remove(userId);
          } else {
            blocks.put(userId, Set.copyOf(blocked));
          }
          BackplaneListener target = listener();
          return enqueue(userId, () -> target.onBlocksChanged(userId));
        });
  }

  @Override
  public CompletionStage<Set<String>> blocked(String userId) {
    return whenOpen(() -> CompletableFuture.completedStage(blocks.getOrDefault(userId, Set.of())));
  }

  @Override
  public CompletionStage<Void> probe() {
    return whenOpen(
        () -> {
          CompletableFuture<Void> seen = new CompletableFuture<>();
          return lanes[0].add(() -> seen.complete(null)) ? seen : unavailable("lane is full");
        });
  }

  @Override
  public BackplaneHealth health() {
    boolean open = listener != null && !closed;
    return new BackplaneHealth(open, open);
  }

  @Override
  public BackplaneState state() {
    return health().isHealthy() ? BackplaneState.UP : BackplaneState.DEGRADED;
  }

  @Override
  public CompletionStage<Void> shutdown(Duration deadline) {
    close();
    return DONE;
  }

  @Override
  public void close() {
    closed = true;
    presence.clear();
  }

  private <T> CompletionStage<T> whenOpen(Supplier<CompletionStage<T>> action) {
    return closed ? unavailable("backplane is closed") : action.get();
  }

  private CompletionStage<Void> enqueue(String key, Runnable delivery) {
    return lanes[laneOf(key)].add(delivery) ? DONE : unavailable("lane is full");
  }

  private <T> CompletionStage<T> inLaneOf(LogKey key, Function<LocalLogs, T> action) {
    return whenOpen(
        () -> {
          int lane = laneOf(key.text());
          CompletableFuture<T> answer = new CompletableFuture<>();
          boolean added =
              lanes[lane].add(
                  () -> {
                    try {
                      answer.complete(action.apply(logs[lane]));
                    } catch (RuntimeException e) {
                      answer.completeExceptionally(e);
                    }
                  });
          return added ? answer : unavailable("lane is full");
        });
  }

  private void deliver(LogKey key, byte[] envelope) {
    ChannelName channel = key.channel();
    BackplaneListener target = listener();
    if (channel == null || !target.hasSubscribers(channel)) {
      return;
    }
    try {
      target.onPublication(channel, envelope);
    } catch (RuntimeException e) {
      // It is appended all the same, and whoever appended it is to know that.
      log.error("listener failed channel={}", channel, e);
    }
  }

  private static int laneOf(String key) {
    int hash = key.hashCode();
    return (hash ^ (hash >>> 16)) & (LANES - 1);
  }

  private BackplaneListener listener() {
    return Objects.requireNonNull(listener, "not started");
  }

  private static <T> CompletionStage<T> unavailable(String reason) {
    return CompletableFuture.failedStage(new BackplaneUnavailableException(reason, null));
  }
}
