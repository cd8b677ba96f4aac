package io.velonx.gateway.history;

import io.netty.buffer.ByteBufAllocator;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.LogSlice;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.fanout.ChannelRegistry;
import io.velonx.gateway.fanout.Fanout;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The logs of the channels with subscribers on this node.
 *
 * <p>A log is kept for a while after the last subscriber left, so that those who come back find
 * their ring. Threading: any thread.
 */
public final class History {
  /** Some hundred thousand recent publications; what does not fit is read from the backplane. */
  private static final long RING_OCTETS = 64L * 1024 * 1024;

  /** Each log is looked after once in so many seconds, a share of them every second. */
  private static final int ROUND_SECONDS = 25;

  private final HistoryPolicy policy;
  private final ChannelRegistry channels;
  private final LogServices services;
  private final ConcurrentHashMap<ChannelName, ChannelLog> logs = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<PageKey, CompletableFuture<LogSlice>> pages =
      new ConcurrentHashMap<>();
  private int second;

  public History(
      HistoryPolicy policy,
      Backplane backplane,
      ChannelRegistry channels,
      Fanout fanout,
      ScheduledExecutorService control,
      LongSupplier nanoTime,
      GatewayMetrics metrics) {
    this.policy = policy;
    this.channels = channels;
    RingBudget budget = new RingBudget(RING_OCTETS);
    services =
        new LogServices(
            backplane, new FanoutOutlet(channels, fanout), budget, control, nanoTime, metrics);
    metrics.gauge(MetricNames.HISTORY_RING_BYTES, budget::used);
    metrics.gauge(MetricNames.HISTORY_CHANNELS, logs::size);
  }

  /** Begins to look after the logs. */
  public void start() {
    services.control().scheduleWithFixedDelay(this::check, 1, 1, TimeUnit.SECONDS);
  }

  public boolean keeps(ChannelName channel) {
    return policy.keeps(channel);
  }

  /** Takes a numbered publication of a channel that keeps history. */
  public void accept(ChannelName channel, Position position, byte[] envelope) {
    log(channel).accept(position, envelope);
  }

  /** Takes a publication of this node in front of the bus. */
  void deliverPlaced(ChannelName channel, Position position, byte[] envelope) {
    if (channels.hasSubscribers(channel)) {
      accept(channel, position, envelope);
    }
  }

  /** Gives the subscribers of this node a publication that is not kept. */
  void deliverLive(ChannelName channel, byte[] envelope, Delivery delivery) {
    if (channels.hasSubscribers(channel)) {
      services.outlet().publish(channel, envelope, delivery);
    }
  }

  /** Gives the subscribers of this node a publication that has no place yet. */
  void deliverUnplaced(ChannelName channel, byte[] envelope, @Nullable Long sentNanos) {
    if (channels.hasSubscribers(channel)) {
      log(channel).deliverUnplaced(envelope, sentNanos);
    }
  }

  /** That publication will never have a place. */
  void forgetUnplaced(ChannelName channel, byte[] envelope) {
    ChannelLog log = logs.get(channel);
    if (log != null) {
      log.forgetUnplaced(envelope);
    }
  }

  /** A publication that was given without a place has that one. */
  void place(ChannelName channel, byte[] envelope, Position place) {
    ChannelLog log = logs.get(channel);
    if (log != null) {
      log.place(envelope, place);
    }
  }

  /** Whether the subscribers of this node were given something without a place. */
  public boolean hasUnplaced(ChannelName channel) {
    ChannelLog log = logs.get(channel);
    return log != null && log.hasUnplaced();
  }

  /** Hands over what they were given without a place, between two publications of the channel. */
  public void giveUnplaced(ChannelName channel, Consumer<List<byte[]>> taker) {
    log(channel).giveUnplaced(taker);
  }

  /** Completes when all logs with subscribers here have been read as far as is necessary. */
  public CompletionStage<Void> settle() {
    List<CompletableFuture<Void>> settling = new ArrayList<>();
    logs.forEach(
        (channel, log) -> {
          if (channels.hasSubscribers(channel)) {
            CompletableFuture<Void> settled = new CompletableFuture<>();
            settling.add(settled);
            log.settle(() -> settled.complete(null));
          }
        });
    return CompletableFuture.allOf(settling.toArray(CompletableFuture<?>[]::new));
  }

  /** Publications of the channel may have been missed until now. */
  public void resumed(ChannelName channel) {
    ChannelLog log = logs.get(channel);
    if (log != null) {
      log.doubt();
    }
  }

  /** The last subscriber of the channel may be gone: what is published now goes unheard. */
  public void left(ChannelName channel) {
    ChannelLog log = logs.get(channel);
    if (log != null) {
      log.left();
    }
  }

  /**
   * Tells a subscriber of a channel that keeps history where he stands. He must have joined, and
   * publications must arrive.
   *
   * @param since the place up to which he has everything; null when he does not ask for more
   */
  public void catchUp(ChannelName channel, @Nullable Position since, CatchUp.Answer answer) {
    log(channel).catchUp(since, answer);
  }

  /**
   * As {@link #catchUp}, for a subscriber who cannot wait any longer: nobody knows what he missed.
   */
  public void letIn(ChannelName channel, @Nullable Position since, CatchUp.Answer answer) {
    log(channel).letIn(since, answer);
  }

  /**
   * The newest publications of a channel, or those before an offset.
   *
   * @param before null for the newest of all
   * @param limit at least 1
   */
  public CompletionStage<HistoryPage> page(ChannelName channel, @Nullable Long before, int limit) {
    ChannelLog log = logs.get(channel);
    HistoryPage recent = log == null ? null : log.recent(before, limit);
    if (recent != null) {
      services.metrics().ringHits.inc();
      return CompletableFuture.completedStage(recent);
    }
    services.metrics().ringMisses.inc();
    long after = before == null ? -limit : Math.max(0, before - 1 - limit);
    int most = before == null ? limit : (int) Math.min(limit, before - 1);
    return read(new PageKey(channel, after, most))
        .thenApply(slice -> new HistoryPage(slice.entries(), slice.first() > slice.oldest()));
  }

  /** Those who ask for the same at the same time share one answer. */
  private CompletionStage<LogSlice> read(PageKey key) {
    CompletableFuture<LogSlice> mine = new CompletableFuture<>();
    CompletableFuture<LogSlice> underWay = pages.putIfAbsent(key, mine);
    if (underWay != null) {
      return underWay;
    }
    services.metrics().historyReads.inc();
    services
        .backplane()
        .read(LogKey.of(key.channel), key.after, key.limit, null)
        .whenComplete(
            (slice, failure) -> {
              pages.remove(key);
              if (failure == null) {
                mine.complete(slice);
              } else {
                mine.completeExceptionally(failure);
              }
            });
    return mine;
  }

  private ChannelLog log(ChannelName channel) {
    ChannelLog log = logs.get(channel);
    return log != null
        ? log
        : logs.computeIfAbsent(channel, name -> new ChannelLog(name, policy.of(name), services));
  }

  private void check() {
    int share = second++ % ROUND_SECONDS;
    logs.forEach(
        (channel, log) -> {
          if (Math.floorMod(channel.hashCode(), ROUND_SECONDS) == share) {
            log.check();
            forgetIfUnused(channel);
          }
        });
  }

  /** In one step with who may be about to use it: he has joined before he looks for it. */
  private void forgetIfUnused(ChannelName channel) {
    logs.computeIfPresent(
        channel,
        (name, log) -> {
          if (channels.hasSubscribers(name) || !log.isUnused()) {
            return log;
          }
          log.close();
          return null;
        });
  }

  private record PageKey(ChannelName channel, long after, int limit) {}

  private record FanoutOutlet(ChannelRegistry channels, Fanout fanout) implements Outlet {
    @Override
    public boolean publish(ChannelName channel, byte[] envelope, Delivery delivery) {
      return fanout.publish(
          channel,
          PreparedFrame.publication(ByteBufAllocator.DEFAULT, channel, envelope, delivery));
    }

    @Override
    public boolean hasSubscribers(ChannelName channel) {
      return channels.hasSubscribers(channel);
    }
  }
}
