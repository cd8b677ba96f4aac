package io.velonx.gateway;

import com.codahale.metrics.MetricRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.velonx.gateway.auth.LoginPolicy;
import io.velonx.gateway.auth.Revocation;
import io.velonx.gateway.auth.Revocations;
import io.velonx.gateway.auth.TokenVerifier;
import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.BackplaneHealth;
import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.connection.ConnectionListener;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.connection.ConnectionStats;
import io.velonx.gateway.dispatch.BlockLists;
import io.velonx.gateway.dispatch.ChannelAccess;
import io.velonx.gateway.dispatch.CommandDispatcher;
import io.velonx.gateway.dispatch.LiveCredentials;
import io.velonx.gateway.dispatch.MessageIds;
import io.velonx.gateway.dispatch.PublicationReceiver;
import io.velonx.gateway.dispatch.PublishingBudgets;
import io.velonx.gateway.dispatch.UserConnections;
import io.velonx.gateway.dispatch.UserOrder;
import io.velonx.gateway.dispatch.UserOrders;
import io.velonx.gateway.fanout.ChannelRegistry;
import io.velonx.gateway.fanout.Fanout;
import io.velonx.gateway.fanout.FanoutLoop;
import io.velonx.gateway.files.FileInfo;
import io.velonx.gateway.files.FileStore;
import io.velonx.gateway.history.Adoption;
import io.velonx.gateway.history.History;
import io.velonx.gateway.history.HistoryPage;
import io.velonx.gateway.history.Publishing;
import io.velonx.gateway.history.Spool;
import io.velonx.gateway.inbox.Inbox;
import io.velonx.gateway.inbox.Posted;
import io.velonx.gateway.inbox.Posting;
import io.velonx.gateway.inbox.UserNote;
import io.velonx.gateway.limit.Gate;
import io.velonx.gateway.limit.LoadMonitor;
import io.velonx.gateway.limit.NodeLimits;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.pipeline.PipelineConfig;
import io.velonx.gateway.pipeline.PipelineInitializer;
import io.velonx.gateway.pipeline.PublicFiles;
import io.velonx.gateway.pipeline.PublicHttp;
import io.velonx.gateway.presence.OnlineLists;
import io.velonx.gateway.presence.Presence;
import io.velonx.gateway.presence.TypingTracker;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.EnvelopeReader;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import io.velonx.gateway.protocol.UserId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node: a listener, its event loops, and everything between a socket and the backplane.
 *
 * <p>Threading: any thread. A node is started once and stopped once.
 */
public final class Gateway {
  private static final Logger log = LoggerFactory.getLogger(Gateway.class);

  /** How often it is looked for what the limits need not remember any more. */
  private static final int SWEEP_SECONDS = 10;

  /** How often it is looked for uploads that nobody resumed and files that are due. */
  private static final int FILE_SWEEP_SECONDS = 60;

  private final GatewayConfig config;
  private final LoginPolicy login;
  private final Backplane backplane;
  private final PublicHttp http;
  private final GatewayMetrics metrics;
  private final TransportFactory transport;

  private final EventLoopGroup loops;

  /**
   * One of the loops, with the node's own work besides its sockets: presence, typing and the
   * backplane. A thread of its own would be woken for almost every connection and publication, and
   * that costs more than the work.
   */
  private final IoEventLoop home;

  private final ConnectionRegistry connections = new ConnectionRegistry();
  private final ChannelRegistry channels;
  private final List<FanoutLoop> fanoutLoops = new ArrayList<>();
  private final Spool spool;
  private final Publishing publishing;
  private final Posting posting;
  private final UserNote notes = new UserNote();
  private final Presence presence;
  private final OnlineLists onlineLists;
  private final TypingTracker typing;
  private final UserConnections users;
  private final BlockLists blockLists;
  private final PublishingBudgets budgets;
  private final ChannelAccess access;
  private final Gate gate;
  private final Readiness readiness;
  private final Drain drain;
  private final Clock clock = Clock.systemUTC();
  private final Revocations revocations = new Revocations(clock);
  private final LiveCredentials credentials;

  private volatile boolean accepting;
  private volatile @Nullable History history;
  private @Nullable Channel listener;
  private @Nullable CompletionStage<Void> stopped;

  /** A node that tokens let in, from anywhere. */
  public Gateway(
      GatewayConfig config,
      TokenVerifier tokens,
      Backplane backplane,
      MetricRegistry registry,
      PublicHttp http) {
    this(config, LoginPolicy.tokensOnly(tokens), backplane, registry, http);
  }

  /**
   * @param login what lets somebody in
   * @param backplane not started yet; the node starts it, and ends it when it stops
   * @param http what the public port answers besides upgrades
   */
  public Gateway(
      GatewayConfig config,
      LoginPolicy login,
      Backplane backplane,
      MetricRegistry registry,
      PublicHttp http) {
    this.config = config;
    this.login = login.heeding(revocations);
    this.backplane = backplane;
    this.http = http;
    metrics = new GatewayMetrics(registry);
    transport = TransportFactory.of(config.transport());
    loops =
        new MultiThreadIoEventLoopGroup(
            config.eventLoops(), new DefaultThreadFactory("gateway-loop"), transport.ioHandlers());
    home = (IoEventLoop) loops.next();
    channels = new ChannelRegistry(config.eventLoops());
    spool = new Spool(config.spool(), backplane, System::nanoTime, metrics);
    publishing = new Publishing(config.history(), spool, backplane, System::nanoTime, metrics);
    posting =
        new Posting(
            config.inbox(), spool, backplane, connections, notes, System::nanoTime, metrics);
    presence =
        new Presence(
            backplane,
            home,
            System::nanoTime,
            config.presenceGrace(),
            config.presenceAnnounceLimit(),
            config.events());
    onlineLists = new OnlineLists(backplane, home, metrics);
    typing = new TypingTracker(backplane, publishing::publishHere, home, System::nanoTime);
    users =
        new UserConnections(
            backplane, connections, config.limits().connectionsPerUser(), home, metrics);
    blockLists = new BlockLists(users, backplane, connections, home);
    budgets = new PublishingBudgets(config.limits().publishing(), backplane);
    access = new ChannelAccess(config.authorizer(), config.publishHook(), config.events());
    gate = Gate.of(config.limits(), blockLists);
    readiness = new Readiness(backplane, config.readyWhenDegraded(), home);
    drain = new Drain(connections, home, metrics);
    credentials = new LiveCredentials(this.login.tokens(), revocations, connections, metrics);
    registerGauges();
  }

  /**
   * Starts the backplane and listens. The backplane need not be reachable: the node serves without
   * it, says so, and goes on trying.
   *
   * <p>Fails: {@link IOException} when the address cannot be bound; the node is stopped then.
   */
  public synchronized void start() throws IOException {
    if (listener != null || stopped != null) {
      throw new IllegalStateException("a node is started once");
    }
    List<EventLoop> eventLoops = new ArrayList<>();
    loops.forEach(executor -> eventLoops.add((EventLoop) executor));
    for (EventLoop eventLoop : eventLoops) {
      fanoutLoops.add(
          new FanoutLoop(eventLoop, fanoutLoops.size(), config.fanoutQueueBytes(), metrics));
    }
    Fanout fanout = new Fanout(channels, fanoutLoops);
    History history =
        new History(config.history(), backplane, channels, fanout, home, System::nanoTime, metrics);
    this.history = history;
    Inbox inbox =
        new Inbox(
            config.inbox(), connections, backplane, presence, fanout, home, Inbox.ROUND, metrics);
    PublicationReceiver receiver =
        new PublicationReceiver(
            connections,
            channels,
            fanout,
            history,
            spool,
            new Adoption(
                config.adoption(), config.history(), publishing, System::nanoTime, metrics),
            inbox,
            notes,
            presence,
            users,
            blockLists,
            credentials,
            new UserOrders(
                connections, channels, backplane, history, presence, typing, access, metrics),
            config.maxMessageBytes(),
            metrics);
    backplane.start(receiver, home);
    history.start();
    publishing.start(history);
    posting.start(receiver, home);
    spool.start(home);
    inbox.start();
    readiness.start();
    presence.start();
    new LoadMonitor(config.limits(), eventLoops, gate.node(), home, metrics).start();
    home.scheduleWithFixedDelay(this::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    FileStore files = config.files();
    if (files != null) {
      home.scheduleWithFixedDelay(files::sweep, 0, FILE_SWEEP_SECONDS, TimeUnit.SECONDS);
    }
    accepting = true;
    listener = bind(eventLoops, fanout, history, inbox);
    log.info(
        "listening port={} path={} transport={} eventLoops={}",
        port(),
        config.path(),
        transport.used(),
        eventLoops.size());
  }

  /** The port that is listened on. */
  public synchronized int port() {
    Channel open = Objects.requireNonNull(listener, "not started");
    return ((InetSocketAddress) open.localAddress()).getPort();
  }

  /** The event loop of the backplane: what publishes from there changes threads nowhere. */
  public EventLoop homeLoop() {
    return home;
  }

  /** What listens on the node's event loops. */
  public Class<? extends ServerChannel> serverChannel() {
    return transport.serverChannel();
  }

  /** The transport in use; never {@link GatewayConfig.Transport#AUTO}. */
  public GatewayConfig.Transport transport() {
    return transport.used();
  }

  /**
   * Whether newcomers are welcome: a beacon came back through the backplane a moment ago, or once
   * where that is enough, and the node is neither drained nor overloaded.
   */
  public boolean isReady() {
    return accepting && readiness.isReady() && gate.node().overload() == null;
  }

  /** What everybody together takes of this node, and what it is short of. */
  public NodeLimits nodeLimits() {
    return gate.node();
  }

  /** Who is connected to this node. */
  public ConnectionStats getConnectionStats() {
    return connections.stats();
  }

  /** Room and group channels with subscribers on this node. */
  public int channelCount() {
    return channels.channelCount();
  }

  /** Pairs of connection and channel on this node. */
  public long subscriptionCount() {
    return channels.subscriptionCount();
  }

  public BackplaneHealth backplaneHealth() {
    return backplane.health();
  }

  /** Whether the backplane does its work, and what waits for it has been sent. */
  public BackplaneState backplaneState() {
    return backplane.state();
  }

  public GatewayMetrics metrics() {
    return metrics;
  }

  /** As {@link #broadcastToChannel(ChannelName, byte[], String)}, for one attempt only. */
  public CompletionStage<Appended> broadcastToChannel(ChannelName channel, byte[] envelope) {
    return broadcastToChannel(channel, envelope, null);
  }

  /**
   * Hands an envelope to every subscriber of a channel, on every node: octet for octet, and where
   * the channel keeps history, with {@code offset} and {@code epoch} behind the last member.
   *
   * <p>Fails: {@link IllegalArgumentException} when it is no envelope, too large, or has these
   * members already; the stage fails when the backplane cannot take it.
   *
   * @param idempotencyKey the same for every attempt to publish this envelope, which is delivered
   *     once then; null for one attempt only
   */
  public CompletionStage<Appended> broadcastToChannel(
      ChannelName channel, byte[] envelope, @Nullable String idempotencyKey) {
    return publishing.publish(channel, checked(envelope), envelope, idempotency(idempotencyKey));
  }

  /** As {@link #broadcastToUser(String, byte[], boolean, String)}, kept, for one attempt only. */
  public CompletionStage<Posted> broadcastToUser(String userId, byte[] envelope) {
    return broadcastToUser(userId, envelope, true, null);
  }

  /**
   * Hands an envelope to every connection of a user, on every node, and keeps it in his inbox until
   * he acknowledges it: octet for octet, and where it is kept, with {@code offset} and {@code
   * epoch} behind the last member. Types that are worth nothing later are never kept.
   *
   * <p>Fails: as {@link #broadcastToChannel}, and {@link IllegalArgumentException} for a bad user
   * id.
   *
   * @param keep false for those only who are connected now
   * @param idempotencyKey as for {@link #broadcastToChannel}
   */
  public CompletionStage<Posted> broadcastToUser(
      String userId, byte[] envelope, boolean keep, @Nullable String idempotencyKey) {
    return posting.post(
        requireUserId(userId), checked(envelope), envelope, keep, idempotency(idempotencyKey));
  }

  /**
   * The newest publications of a channel, or those before an offset; nothing where none are kept.
   *
   * @param before null for the newest of all
   * @param limit at least 1
   */
  public CompletionStage<HistoryPage> history(
      ChannelName channel, @Nullable Long before, int limit) {
    History reader = history;
    if (reader == null || !reader.keeps(channel) || (before != null && before <= 1)) {
      return CompletableFuture.completedStage(new HistoryPage(List.of(), false));
    }
    return reader.page(channel, before, limit);
  }

  /** Who is online in a channel, on all nodes. */
  public CompletionStage<Online> online(ChannelName channel) {
    return onlineLists.online(channel);
  }

  /** Who and what is on this node. */
  public NodeDirectory directory() {
    return new NodeDirectory(connections, channels, fanoutLoops);
  }

  /**
   * Takes a user out of a channel: each of his connections, on every node. What he is allowed is
   * not changed by it; whoever lets him in again must know better by then.
   *
   * <p>Fails: as {@link #broadcastToUser}.
   *
   * @return the number of nodes on which the user has connections
   */
  public CompletionStage<Integer> unsubscribeUser(String userId, ChannelName channel) {
    // Also here, where he may have no connection yet and was asked about.
    access.forget(requireUserId(userId), channel);
    return order(userId, UserOrder.leave(channel));
  }

  /** Closes every connection of a user with 4003, on every node; as {@link #unsubscribeUser}. */
  public CompletionStage<Integer> kickUser(String userId) {
    return order(requireUserId(userId), UserOrder.CLOSE);
  }

  /**
   * Whom a user blocks from now on, instead of whom he blocked before: what these say, edit, type
   * or send to him reaches none of his connections, on no node, and they are not told.
   *
   * <p>Fails: {@link IllegalArgumentException} for a bad user id, for more than {@value
   * BlockLists#MOST} users, and for himself among them; the stage fails when the backplane cannot
   * take it.
   */
  public CompletionStage<Void> block(String userId, Set<String> blocked) {
    requireUserId(userId);
    blocked.forEach(Gateway::requireUserId);
    if (blocked.size() > BlockLists.MOST || blocked.contains(userId)) {
      throw new IllegalArgumentException(
          "blocked: "
              + blocked.size()
              + " users (at most "
              + BlockLists.MOST
              + ", without himself)");
    }
    return backplane.block(userId, blocked);
  }

  /** Whom a user blocks. Fails: as {@link #broadcastToUser}. */
  public CompletionStage<Set<String>> blocked(String userId) {
    return backplane.blocked(requireUserId(userId));
  }

  /**
   * Deletes a file that a user has uploaded. Fails: the stage does when the storage cannot.
   *
   * @return whether it was there
   */
  public CompletionStage<Boolean> deleteFile(String id) {
    FileStore files = config.files();
    return files == null || !FileInfo.isId(id)
        ? CompletableFuture.completedStage(false)
        : files.delete(id);
  }

  /**
   * Revokes the tokens a user was given until now: closes his connections, on every node, and lets
   * him in again with a newer one only.
   *
   * <p>Fails: {@link IllegalArgumentException} for a bad id; the stage fails when the backplane
   * cannot take it, and nothing has happened then.
   */
  public CompletionStage<Void> revokeUser(String userId) {
    return backplane.revoke(Revocation.ofUser(userId, clock.millis(), config.revocationsKept()));
  }

  /**
   * Closes every connection of a user, on every node, and refuses new ones for that time; none ends
   * a ban. Fails: as {@link #revokeUser}.
   */
  public CompletionStage<Void> ban(String userId, Duration time) {
    return backplane.revoke(Revocation.ban(userId, clock.millis(), time));
  }

  /** Revokes the tokens of a session, by their {@code sid}. Fails: as {@link #revokeUser}. */
  public CompletionStage<Void> revokeSession(String sessionId) {
    return backplane.revoke(
        Revocation.ofSession(sessionId, clock.millis(), config.revocationsKept()));
  }

  /** Revokes a token, by its {@code jti}. Fails: as {@link #revokeUser}. */
  public CompletionStage<Void> revokeToken(String tokenId) {
    return backplane.revoke(Revocation.ofToken(tokenId, clock.millis(), config.revocationsKept()));
  }

  /**
   * Refuses newcomers and sends everybody away; the node goes on running, empty.
   *
   * <p>Fails: {@link IllegalStateException} when the node is not running.
   *
   * @return completes when no connection is left, or the drain was cancelled
   */
  public synchronized CompletionStage<Void> drain(DrainPlan plan) {
    requireRunning();
    accepting = false;
    return drain.begin(plan);
  }

  /** Takes newcomers again; who has been told to go goes. Fails: as {@link #drain}. */
  public synchronized void cancelDrain() {
    requireRunning();
    drain.cancel();
    accepting = true;
  }

  public DrainProgress drainProgress() {
    return drain.progress();
  }

  /**
   * Refuses newcomers, asks clients to come back elsewhere, takes everybody's presence back, and
   * ends.
   *
   * @param deadline everything is over by then, whether or not clients and backplane answered
   * @return completes when nothing of the node is left
   */
  public synchronized CompletionStage<Void> stop(Duration deadline) {
    CompletionStage<Void> stopping = stopped;
    if (stopping == null) {
      stopping = stopOnce(deadline);
      stopped = stopping;
    }
    return stopping;
  }

  private @Nullable PublicFiles publicFiles() {
    FileStore files = config.files();
    return files == null ? null : new PublicFiles(files, config.authorizer());
  }

  private void closeFiles() {
    FileStore files = config.files();
    if (files != null) {
      files.close();
    }
  }

  private void requireRunning() {
    if (listener == null || stopped != null) {
      throw new IllegalStateException("the node is not running");
    }
  }

  private CompletionStage<Void> stopOnce(Duration deadline) {
    long startNanos = System.nanoTime();
    accepting = false;
    readiness.stop();
    if (listener != null) {
      listener.close();
    }
    log.info("stopping connections={} deadline={}", connections.size(), deadline);
    // Shares of the deadline: clients first, then what they left behind, then the threads.
    return drain
        .begin(new DrainPlan(config.drainRate(), deadline.multipliedBy(6).dividedBy(10)))
        .thenCompose(gone -> within(deadline.dividedBy(5), presence.leaveAll()))
        .thenCompose(left -> within(deadline.dividedBy(20), spool.drain()))
        .thenRun(spool::close)
        .thenRun(this::closeFiles)
        .thenCompose(left -> backplane.shutdown(deadline.dividedBy(10)))
        .thenCompose(ended -> endThreads())
        .whenComplete(
            (done, failure) ->
                log.info("stopped millis={}", (System.nanoTime() - startNanos) / 1_000_000));
  }

  private Channel bind(List<EventLoop> eventLoops, Fanout fanout, History history, Inbox inbox)
      throws IOException {
    List<ConnectionListener> dispatchers = new ArrayList<>();
    MessageIds messageIds = new MessageIds(config.messageIdKey());
    for (int i = 0; i < eventLoops.size(); i++) {
      dispatchers.add(
          new CommandDispatcher(
              connections,
              channels,
              backplane,
              fanout,
              history,
              publishing,
              inbox,
              posting,
              notes,
              presence,
              onlineLists,
              users,
              blockLists,
              typing,
              access,
              config.clientPublishing(),
              messageIds,
              budgets,
              credentials,
              config.files(),
              config.maxMessageBytes(),
              config.maxSubscriptions(),
              config.limits(),
              clock,
              metrics));
    }
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            // No thread only to accept: it would wake a loop for every socket, and its hand-overs
            // would make a loop deaf to its sockets in a reconnect storm. A loop that accepts takes
            // a few at a time between its other work.
            .group(loops)
            .channel(transport.serverChannel())
            // A reconnect storm queues here while the loops are busy; the kernel caps it further.
            .option(ChannelOption.SO_BACKLOG, 16_384)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new PipelineInitializer(
                    pipelineConfig(),
                    eventLoops,
                    dispatchers::get,
                    login,
                    http,
                    () -> accepting,
                    gate,
                    publicFiles(),
                    metrics));
    if (transport.readsOneSocketAtATime()) {
      bootstrap.childOption(ChannelOption.RECVBUF_ALLOCATOR, new LoopReadSize());
    }
    InetSocketAddress address =
        config.host() == null
            ? new InetSocketAddress(config.port())
            : new InetSocketAddress(config.host(), config.port());
    var bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      backplane.close();
      closeFiles();
      stopped = endThreads();
      throw new IOException(
          "cannot listen on " + address + ": " + bound.cause().getMessage(), bound.cause());
    }
    return bound.channel();
  }

  private void sweep() {
    gate.addresses().sweep(System.nanoTime());
    budgets.sweep();
    revocations.sweep();
  }

  private PipelineConfig pipelineConfig() {
    return new PipelineConfig(
        config.path(),
        config.maxMessageBytes(),
        config.maxFragments(),
        config.handshakeTimeout(),
        config.heartbeatInterval(),
        config.closeTimeout(),
        config.stallTimeout(),
        config.slowConsumerPolicy(),
        config.maxOutboundBytes(),
        config.tokenExpiryNotice(),
        config.compression());
  }

  private CompletionStage<Void> endThreads() {
    CompletableFuture<Void> ended = new CompletableFuture<>();
    loops
        .shutdownGracefully(0, 1, TimeUnit.SECONDS)
        .addListener(
            gone -> {
              fanoutLoops.forEach(FanoutLoop::releaseAll);
              ended.complete(null);
            });
    return ended;
  }

  private CompletionStage<Integer> order(String userId, UserOrder order) {
    return backplane.publishToUser(userId, order.note(), new byte[0]);
  }

  private static String requireUserId(String userId) {
    if (!UserId.isValid(userId)) {
      throw new IllegalArgumentException("userId: not an id (expected: " + UserId.EXPECTED + ")");
    }
    return userId;
  }

  private static @Nullable Idempotency idempotency(@Nullable String key) {
    return key == null ? null : new Idempotency("call " + key, "");
  }

  private Head checked(byte[] envelope) {
    if (envelope.length > config.maxMessageBytes()) {
      throw new IllegalArgumentException(
          "envelope: "
              + envelope.length
              + " octets (at most "
              + config.maxMessageBytes()
              + ", maxMessageBytes)");
    }
    Head head = EnvelopeReader.headOf(envelope);
    if (head == null) {
      throw new IllegalArgumentException(
          "envelope: not one JSON object in UTF-8 with a type that is a string");
    }
    return head;
  }

  private void registerGauges() {
    FileStore files = config.files();
    if (files != null) {
      metrics.gauge(MetricNames.FILES_STORED_BYTES, files::storedBytes);
      metrics.gauge(MetricNames.FILES_LIMIT_BYTES, files.limits()::total);
      metrics.gauge(MetricNames.FILES_UPLOADS, files::uploads);
      metrics.gauge(MetricNames.FILES_READERS, files::readers);
      metrics.gauge(MetricNames.FILES_UPLOADS_LIMIT, files.limits()::maxUploads);
    }
    metrics.gauge(MetricNames.CONNECTIONS_OPEN, connections::size);
    metrics.gauge(MetricNames.READY, () -> isReady() ? 1 : 0);
    metrics.gauge(MetricNames.SOCKETS_OPEN, gate.node()::sockets);
    metrics.gauge(MetricNames.CHANNELS, channels::channelCount);
    metrics.gauge(MetricNames.REVOCATIONS, revocations::size);
    metrics.gauge(MetricNames.TRANSPORT, () -> transport.used().name());
    metrics.gauge(MetricNames.SUBSCRIPTIONS, channels::subscriptionCount);
    metrics.gauge(MetricNames.PRESENCE_MEMBERS, presence::size);
    metrics.gauge(MetricNames.PRESENCE_TYPING, typing::size);
    metrics.gauge(MetricNames.BACKPLANE_STATE, () -> backplane.state().severity());
    metrics.gauge(
        MetricNames.FANOUT_QUEUED_BYTES,
        () -> fanoutLoops.stream().mapToLong(FanoutLoop::queuedBytes).sum());
  }

  /** The stage, or success once the time is up: what remains is then left to leases. */
  private static CompletionStage<Void> within(Duration time, CompletionStage<Void> stage) {
    return stage
        .toCompletableFuture()
        .copy()
        .orTimeout(time.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(
            failure -> {
              log.warn("a step of stopping did not end in time cause={}", failure.toString());
              return null;
            });
  }
}
