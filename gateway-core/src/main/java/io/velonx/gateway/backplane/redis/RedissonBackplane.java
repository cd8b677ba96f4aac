package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.ScriptRunner.bytes;
import static io.velonx.gateway.backplane.redis.ScriptRunner.failed;

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
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.ByteArrayCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backplane of nodes that share one Redis.
 *
 * <p>A start never waits for Redis: what needs it fails until it is there, topics are subscribed
 * then, and {@link BackplaneListener#onLapsed} has the presence joined that could not be.
 */
public final class RedissonBackplane implements Backplane {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  /** Long enough not to trouble a Redis that starts, short enough to be back soon after it. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(3);

  private static final Duration CLOSE_TIME = Duration.ofSeconds(4);

  private static final Logger log = LoggerFactory.getLogger(RedissonBackplane.class);

  private final String nodeId;
  private final BackplaneTimings timings;
  private final Reachability reachability;
  private final RedisLink link;
  private final CommandLanes publishing;
  private final CommandLanes presenceLanes;
  private final CommandLanes leasing;
  private final ScriptRunner scripts;
  private final ScriptRunner lookups;
  private final RedisLogs logs;
  private final RedisBlocks blocks;
  private final Backoff backoff;
  private final RandomGenerator random;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final CompletableFuture<Void> gone = new CompletableFuture<>();
  private volatile @Nullable Parts parts;

  /** A backplane that connects when it is started. */
  public RedissonBackplane(RedisConfig redis, BackplaneTimings timings, NodeId node) {
    this(
        redis.address(),
        timings,
        node,
        (reachability, backoff) ->
            new RedissonLink(redis, timings, "velonx-gw-" + node, reachability, backoff),
        // Looked up anew each time: a generator of one thread must not be used by another.
        () -> ThreadLocalRandom.current().nextLong());
  }

  /** A backplane over any link. */
  RedissonBackplane(
      String address,
      BackplaneTimings timings,
      NodeId node,
      RedisLink.Factory links,
      RandomGenerator random) {
    this.nodeId = node.text();
    this.timings = timings;
    this.random = random;
    reachability = new Reachability(address);
    backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random);
    link = links.create(reachability, backoff);
    publishing = CommandLanes.publishing(link::client, timings.commandTimeout());
    presenceLanes = CommandLanes.presence(link::client, timings.commandTimeout());
    leasing = CommandLanes.leasing(link::client, timings.commandTimeout());
    scripts = new ScriptRunner(publishing, reachability::losses);
    CommandLanes reading = CommandLanes.reading(link::client, timings.commandTimeout());
    lookups = new ScriptRunner(reading, reachability::losses);
    logs = new RedisLogs(scripts, lookups);
    blocks = new RedisBlocks(scripts);
  }

  @Override
  public void start(BackplaneListener listener, IoEventLoop home) {
    if (parts != null) {
      throw new IllegalStateException("started twice");
    }
    Parts started = new Parts(listener, home);
    parts = started;
    reachability.watch(started);
    link.open(home, client -> started.control.execute(() -> started.connected(client)));
  }

  @Override
  public CompletionStage<Void> publish(ChannelName channel, byte[] envelope) {
    String topic = channel.text();
    return whenOpen(
        () ->
            publishing
                .send(
                    topic,
                    envelope.length,
                    batch -> batch.getTopic(topic, ByteArrayCodec.INSTANCE).publishAsync(envelope))
                .thenApply(receivers -> null));
  }

  @Override
  public CompletionStage<Appended> append(
      LogKey log, byte[] envelope, Retention retention, @Nullable Idempotency idempotency) {
    return whenOpen(() -> logs.append(log, envelope, retention, idempotency));
  }

  @Override
  public CompletionStage<LogSlice> read(
      LogKey log, long after, int limit, @Nullable Position seen) {
    return whenOpen(() -> logs.read(log, after, limit, seen));
  }

  @Override
  public CompletionStage<Bookmark> mark(LogKey log, String reader, @Nullable Position upTo) {
    return whenOpen(() -> logs.mark(log, reader, upTo));
  }

  @Override
  public CompletionStage<Integer> publishToUser(String userId, String note, byte[] envelope) {
    return whenOpen(
        () ->
            scripts
                .<Long>run(
                    Script.ROUTE,
                    userId,
                    List.of(PresenceKeys.owners(Audience.EVERYONE)),
                    bytes(userId),
                    bytes(NodeTopics.CONTROL_PREFIX),
                    NodeTopics.routed(userId, note, envelope))
                .thenApply(Long::intValue));
  }

  @Override
  public CompletionStage<Void> subscribe(ChannelName channel) {
    return whenOpen(() -> parts().topics.subscribe(channel));
  }

  @Override
  public void unsubscribe(ChannelName channel) {
    parts().topics.unsubscribe(channel);
  }

  @Override
  public void resubscribe(ChannelName channel) {
    parts().topics.resubscribe(channel);
  }

  @Override
  public CompletionStage<Joined> join(Audience audience, String userId) {
    return whenOpen(() -> parts().presence.join(audience, userId));
  }

  @Override
  public CompletionStage<Joined> appear(OnlineUser user) {
    return whenOpen(() -> parts().presence.appear(user));
  }

  @Override
  public CompletionStage<Online> online(Audience audience, int most) {
    return whenOpen(() -> parts().presence.online(audience, most));
  }

  @Override
  public CompletionStage<Left> leave(Audience audience, String userId) {
    return whenOpen(() -> parts().presence.leave(audience, userId));
  }

  @Override
  public CompletionStage<Void> startTyping(ChannelName channel, String userId, byte[] envelope) {
    return typing(Script.START_TYPING, channel, userId, envelope);
  }

  @Override
  public CompletionStage<Void> stopTyping(ChannelName channel, String userId, byte[] envelope) {
    return typing(Script.STOP_TYPING, channel, userId, envelope);
  }

  @Override
  public CompletionStage<Boolean> admit(String userId, long connectionId, UserCap cap) {
    return whenOpen(() -> parts().connections.admit(userId, connectionId, cap));
  }

  @Override
  public void release(String userId, long connectionId) {
    if (!ended.get()) {
      parts().connections.release(userId, connectionId);
    }
  }

  @Override
  public CompletionStage<Long> charge(String userId, String action, Rate rate) {
    return whenOpen(
        () ->
            scripts
                .<Long>run(
                    Script.CHARGE,
                    userId,
                    List.of(PresenceKeys.bucket(userId, action)),
                    bytes(Long.toString(rate.intervalNanos() / 1000)),
                    bytes(Integer.toString(rate.burst())))
                .thenApply(TimeUnit.MICROSECONDS::toNanos));
  }

  @Override
  public CompletionStage<Void> revoke(Revocation revocation) {
    return whenOpen(() -> parts().revocations.revoke(revocation));
  }

  @Override
  public CompletionStage<Void> block(String userId, Set<String> blocked) {
    return whenOpen(() -> blocks.block(userId, blocked));
  }

  @Override
  public CompletionStage<Set<String>> blocked(String userId) {
    return whenOpen(() -> blocks.blocked(userId));
  }

  @Override
  public CompletionStage<Void> probe() {
    return whenOpen(() -> parts().nodeTopics.probe());
  }

  @Override
  public BackplaneHealth health() {
    return reachability.health();
  }

  @Override
  public BackplaneState state() {
    Parts started = parts;
    return started == null || ended.get() ? BackplaneState.DEGRADED : started.recovery.state();
  }

  @Override
  public CompletionStage<Void> shutdown(Duration deadline) {
    if (!ended.compareAndSet(false, true)) {
      return gone;
    }
    Parts started = parts;
    Duration half = deadline.dividedBy(2);
    CompletionStage<Void> givenBack =
        started == null || link.client() == null
            ? CompletableFuture.completedFuture(null)
            : CompletableFuture.supplyAsync(started::end, started.control)
                .thenCompose(
                    incarnations ->
                        CompletableFuture.allOf(
                                presenceLanes.whenIdle().toCompletableFuture(),
                                leasing.whenIdle().toCompletableFuture())
                            .thenApply(idle -> incarnations))
                .thenCompose(started::giveBack);
    givenBack
        .toCompletableFuture()
        .orTimeout(half.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                log.warn("lease not given back cause={}", ScriptRunner.describe(failure));
              }
              end(half);
            });
    return gone;
  }

  @Override
  public void close() {
    ended.set(true);
    end(CLOSE_TIME);
  }

  /** The id this node is known by in Redis. */
  public String nodeId() {
    return nodeId;
  }

  private void end(Duration time) {
    reachability.closed();
    link.close(time).whenComplete((closed, failure) -> gone.complete(null));
    Parts started = parts;
    if (started != null) {
      started.control.execute(
          () -> {
            started.end();
            started.control.close();
          });
    }
  }

  private CompletionStage<Void> typing(
      Script script, ChannelName channel, String userId, byte[] envelope) {
    return whenOpen(
        () ->
            scripts
                .<Long>run(
                    script,
                    channel.text(),
                    List.of(channel.text() + ":typing"),
                    bytes(userId),
                    bytes(channel.text()),
                    envelope)
                .thenApply(receivers -> null));
  }

  private <T> CompletionStage<T> whenOpen(Supplier<CompletionStage<T>> action) {
    return ended.get()
        ? failed(new BackplaneUnavailableException("backplane is closed", null))
        : action.get();
  }

  private Parts parts() {
    return Objects.requireNonNull(parts, "not started");
  }

  /** What needs the listener. */
  private final class Parts implements Reachability.Watcher {
    private final ControlThread control;
    private final ChannelTopics topics;
    private final NodeTopics nodeTopics;
    private final Reaper reaper;
    private final NodeLease lease;
    private final RedisPresence presence;
    private final RedisConnections connections;
    private final RedisRevocations revocations;
    private final Recovery recovery;

    Parts(BackplaneListener listener, IoEventLoop home) {
      control = new ControlThread(home);
      topics = new ChannelTopics(listener, timings.linger(), backoff, control);
      revocations = new RedisRevocations(scripts, listener, backoff, control);
      nodeTopics =
          new NodeTopics(
              nodeId,
              timings.leaseRenewal(),
              publishing,
              listener,
              reachability,
              link::reconnectTopics,
              () -> {
                revocations.load();
                blocks.look();
                listener.onBlocksMissed();
              },
              blocks,
              backoff,
              control);
      ScriptRunner counting = new ScriptRunner(presenceLanes, reachability::losses);
      reaper = new Reaper(presenceLanes, counting, listener, control);
      lease =
          new NodeLease(
              nodeId,
              timings,
              new ScriptRunner(leasing, reachability::losses),
              reaper,
              listener,
              reachability,
              control);
      presence = new RedisPresence(counting, lookups, lease);
      connections = new RedisConnections(nodeId, scripts, presenceLanes, lease);
      recovery =
          new Recovery(
              reachability,
              List.of(
                  new Recovery.Step("lease", lease::whenHeld),
                  new Recovery.Step("presence", presenceLanes::whenIdle),
                  new Recovery.Step("topics", topics::whenResumed),
                  new Recovery.Step("history", listener::onRecovered)),
              random,
              control);
    }

    @Override
    public void changed() {
      control.execute(recovery::update);
    }

    /** An answer says whether it was more than that connection. */
    @Override
    public void disconnected() {
      control.execute(
          () -> {
            if (!ended.get() && link.client() != null) {
              lease.renew();
            }
          });
    }

    @Override
    public void topicsLost() {
      control.execute(topics::lost);
    }

    void connected(RedissonClient client) {
      topics.connected(client);
      // Users can be routed to this node only once it listens; so it counts them in after that.
      nodeTopics.open(client, () -> control.every(timings.leaseRenewal(), this::renew));
    }

    /** Stops deciding anything; returns the incarnations to give back. */
    List<String> end() {
      topics.end();
      return lease.end();
    }

    CompletionStage<Void> giveBack(List<String> incarnations) {
      CompletableFuture<?>[] cleared =
          incarnations.stream()
              .map(each -> reaper.clear(each, (audience, users) -> {}).toCompletableFuture())
              .toArray(CompletableFuture<?>[]::new);
      return CompletableFuture.allOf(cleared);
    }

    private void renew() {
      if (!ended.get()) {
        lease.renew();
        nodeTopics.beat();
        recovery.update();
      }
    }
  }
}
