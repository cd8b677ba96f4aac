package io.velonx.gateway.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.auth.Revocations;
import io.velonx.gateway.auth.TokenVerifier;
import io.velonx.gateway.backend.ChannelAuthorizer;
import io.velonx.gateway.backend.GatewayEvent;
import io.velonx.gateway.backend.PublishHook;
import io.velonx.gateway.backplane.Appended.Reach;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.redis.SimulatedLink;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.connection.SlowConsumerPolicy;
import io.velonx.gateway.dispatch.BlockLists;
import io.velonx.gateway.dispatch.ChannelAccess;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.dispatch.CommandDispatcher;
import io.velonx.gateway.dispatch.LiveCredentials;
import io.velonx.gateway.dispatch.MessageIds;
import io.velonx.gateway.dispatch.PublicationReceiver;
import io.velonx.gateway.dispatch.PublishingBudgets;
import io.velonx.gateway.dispatch.UserConnections;
import io.velonx.gateway.dispatch.UserOrders;
import io.velonx.gateway.fanout.ChannelRegistry;
import io.velonx.gateway.fanout.Fanout;
import io.velonx.gateway.fanout.FanoutLoop;
import io.velonx.gateway.history.Adoption;
import io.velonx.gateway.history.AdoptionPolicy;
import io.velonx.gateway.history.History;
import io.velonx.gateway.history.Publishing;
import io.velonx.gateway.history.Spool;
import io.velonx.gateway.history.SpoolPolicy;
import io.velonx.gateway.inbox.Inbox;
import io.velonx.gateway.inbox.Posting;
import io.velonx.gateway.inbox.UserNote;
import io.velonx.gateway.limit.LimitConfig;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.limit.UserCap.WhenFull;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.presence.OnlineLists;
import io.velonx.gateway.presence.Presence;
import io.velonx.gateway.presence.TypingTracker;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** A node: everything between its sockets and its link to Redis is real. */
final class SimNode {
  /** Small, so that readers fall behind in a few publications. */
  private static final SlowConsumerPolicy SLOW_CONSUMER = new SlowConsumerPolicy(4_000, 24_000);

  private static final long FANOUT_QUEUE_BYTES = 64 * 1024;

  /** Short, because all that is waited for costs time. */
  private static final Duration INBOX_ROUND = Duration.ofSeconds(15);

  private static final Duration GRACE = Duration.ofSeconds(4);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

  final String id;
  final RedisWire wire;

  private final World world;
  private final Truth truth;
  private final List<SimLoop> loops = new ArrayList<>();
  private final SimLoop timer;
  private final MetricRegistry registry = new MetricRegistry();
  private final ConnectionRegistry connections = new ConnectionRegistry();
  private final ChannelRegistry channels;
  private final List<FanoutLoop> fanoutLoops = new ArrayList<>();
  private final Publishing publishing;
  private final Posting posting;
  private final Presence presence;
  private final List<CommandDispatcher> dispatchers = new ArrayList<>();
  private final List<Session> sessions = new ArrayList<>();
  private long nextConnectionId;
  private boolean dead;

  SimNode(World world, SimRedis redis, String id, Plan plan) {
    this.world = world;
    truth = redis.truth;
    this.id = id;
    for (int i = 0; i < plan.loops(); i++) {
      loops.add(new SimLoop(world, id + "/" + i));
    }
    timer = new SimLoop(world, id + "/timer");
    SimLoop home = loops.get(0);
    wire = new RedisWire(world, redis, home, timer, plan.timings());
    Backplane backplane =
        SimulatedLink.backplane(wire, id, plan.timings(), () -> world.random.nextLong());
    GatewayMetrics metrics = new GatewayMetrics(registry);
    // What is limited by time is not played.
    LimitConfig limits =
        LimitConfig.builder()
            .commands(Rate.UNLIMITED)
            .publishing(Rate.UNLIMITED)
            .connectionsPerUser(0, WhenFull.REJECT)
            .build();
    channels = new ChannelRegistry(loops.size());
    Spool spool = new Spool(SpoolPolicy.DEFAULT, backplane, world::nanoTime, metrics);
    publishing = new Publishing(plan.history(), spool, backplane, world::nanoTime, metrics);
    presence = new Presence(backplane, home, world::nanoTime, GRACE, 100);
    TypingTracker typing =
        new TypingTracker(backplane, publishing::publishHere, home, world::nanoTime);
    for (SimLoop loop : loops) {
      fanoutLoops.add(new FanoutLoop(loop, fanoutLoops.size(), FANOUT_QUEUE_BYTES, metrics));
    }
    Fanout fanout = new Fanout(channels, fanoutLoops);
    History history =
        new History(plan.history(), backplane, channels, fanout, home, world::nanoTime, metrics);
    UserNote notes = new UserNote();
    posting =
        new Posting(plan.inbox(), spool, backplane, connections, notes, world::nanoTime, metrics);
    Inbox inbox =
        new Inbox(
            plan.inbox(), connections, backplane, presence, fanout, home, INBOX_ROUND, metrics);
    UserConnections users =
        new UserConnections(backplane, connections, limits.connectionsPerUser(), home, metrics);
    BlockLists blockLists = new BlockLists(users, backplane, connections, home);
    LiveCredentials credentials =
        new LiveCredentials(
            TokenVerifier.REFUSE_ALL, new Revocations(Clock.systemUTC()), connections, metrics);
    PublishingBudgets budgets = new PublishingBudgets(limits.publishing(), backplane);
    MessageIds messageIds = new MessageIds("sixteen octets at least".getBytes(UTF_8));
    ChannelAccess access =
        new ChannelAccess(ChannelAuthorizer.OPEN, PublishHook.NOBODY, GatewayEvent.Sink.NONE);
    Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    for (int i = 0; i < loops.size(); i++) {
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
              new OnlineLists(backplane, home, metrics),
              users,
              blockLists,
              typing,
              access,
              ClientPublishing.everywhere(ClientPublishing.Policy.RELAY),
              messageIds,
              budgets,
              credentials,
              null,
              64 * 1024,
              100,
              limits,
              clock,
              metrics));
    }
    PublicationReceiver receiver =
        new PublicationReceiver(
            connections,
            channels,
            fanout,
            history,
            spool,
            new Adoption(
                AdoptionPolicy.NOWHERE, plan.history(), publishing, world::nanoTime, metrics),
            inbox,
            notes,
            presence,
            users,
            blockLists,
            credentials,
            new UserOrders(
                connections, channels, backplane, history, presence, typing, access, metrics),
            65_536,
            metrics);
    backplane.start(receiver, home);
    history.start();
    publishing.start(history);
    posting.start(receiver, home);
    spool.start(home);
    inbox.start();
    presence.start();
  }

  boolean isDead() {
    return dead;
  }

  /** Takes a new connection, which will be told of everything through its peer. */
  Session accept(String userId, SimSocket.Peer peer) {
    int index = world.random.nextInt(loops.size());
    Session session = new Session(userId, index, peer);
    loops.get(index).execute(session::open);
    sessions.add(session);
    return session;
  }

  /** What a back end publishes through this node. */
  void publish(ChannelName channel, String content) {
    byte[] envelope =
        ("{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"content\":\"" + content + "\"}}")
            .getBytes(UTF_8);
    world
        .oneOf(loops)
        .execute(
            () ->
                publishing
                    .publish(channel, new Head("CHAT_MESSAGE", null, false), envelope, null)
                    .whenComplete(
                        (appended, failure) -> {
                          if (failure == null && appended.reach() == Reach.SPOOLED) {
                            truth.promised(id, channel.text(), content);
                          }
                        }));
  }

  /** Whether it gave up what it kept: somebody was away for too long. */
  boolean hasGivenUp() {
    return registry.counter("gateway.spool.dropped").getCount() > 0;
  }

  /** What a back end tells a user through this node. */
  void post(String userId, String content) {
    byte[] envelope =
        ("{\"type\":\"DIRECT_MESSAGE\",\"payload\":{\"content\":\"" + content + "\"}}")
            .getBytes(UTF_8);
    Head head = new Head("DIRECT_MESSAGE", null, false);
    world
        .oneOf(loops)
        .execute(
            () ->
                posting
                    .post(userId, head, envelope, true, null)
                    .whenComplete(
                        (posted, failure) -> {
                          if (failure == null && posted.appended().reach() == Reach.SPOOLED) {
                            truth.promised(id, "user:" + userId, content);
                          }
                        }));
  }

  void pauseUntil(long nanos) {
    loops.forEach(loop -> loop.pauseUntil(nanos));
    timer.pauseUntil(nanos);
  }

  void resume() {
    loops.forEach(SimLoop::resume);
    timer.resume();
  }

  /** Ends without a word. */
  void crash() {
    dead = true;
    wire.die();
    loops.forEach(SimLoop::die);
    timer.die();
    sessions.forEach(Session::die);
    fanoutLoops.forEach(FanoutLoop::releaseAll);
  }

  /** Compares the registries with the open connections. */
  void check() {
    TreeSet<String> expected = new TreeSet<>();
    long subscriptions = 0;
    int open = 0;
    for (Session session : sessions) {
      if (session.isOpen()) {
        open++;
        subscriptions += session.connection().subscriptionCount();
        session.connection().forEachSubscription(each -> expected.add(each.channel().text()));
      }
    }
    expect("connections", open, connections.size());
    expect("channels", expected.size(), channels.channelCount());
    expect("subscriptions", subscriptions, channels.subscriptionCount());
    expect("queued octets", 0L, fanoutLoops.stream().mapToLong(FanoutLoop::queuedBytes).sum());
    expect("publications that wait", 0, registry.gauge("gateway.spool.waiting").getValue());
    expect("faults", 0L, registry.counter("gateway.faults").getCount());
  }

  /** When nobody has been connected for long, nothing is left. */
  void checkEmpty() {
    check();
    expect("members", 0, presence.size());
    expect("readers", 0, registry.gauge("gateway.inbox.readers").getValue());
    expect("logs", 0, registry.gauge("gateway.history.channels").getValue());
    expect("octets in rings", 0L, registry.gauge("gateway.history.ring.bytes").getValue());
    expect("topics", List.of("gw:node:" + id, "gw:nodes", "user:*"), wire.topicsListenedTo());
  }

  /** Users with connections, all or in a channel. */
  void addOnline(Set<String> online, String channel) {
    for (Session session : sessions) {
      if (session.isOpen()
          && (channel.isEmpty()
              || session.connection().subscription(ChannelName.room(channel)) != null)) {
        online.add(session.userId);
      }
    }
  }

  /** What this node says of users, by node and user. */
  void addWords(Map<String, String> words) {
    for (Session session : sessions) {
      if (session.isOpen()) {
        String status = session.connection().isAway() ? "0" : "1";
        words.merge(
            id + " " + session.userId,
            status + session.userId,
            (one, other) -> one.compareTo(other) > 0 ? one : other);
      }
    }
  }

  private <T> void expect(String what, T expected, Object actual) {
    if (!expected.equals(actual)) {
      world.violated(what + " of " + id + ": " + actual + " (expected: " + expected + ")");
    }
  }

  /** One connection, as the pipeline would lead it. */
  final class Session {
    private final String userId;
    private final int index;
    private final SimSocket socket;
    private Connection connection;
    private boolean open;

    @SuppressWarnings("NullAway.Init")
    Session(String userId, int index, SimSocket.Peer peer) {
      this.userId = userId;
      this.index = index;
      socket = new SimSocket(peer);
    }

    boolean isOpen() {
      return open;
    }

    Connection connection() {
      return connection;
    }

    /** A message of the client has arrived. */
    void text(String text) {
      run(
          () -> {
            if (open && connection.isOpen()) {
              ByteBuf octets = Unpooled.wrappedBuffer(text.getBytes(UTF_8));
              connection.beginRead();
              dispatchers.get(index).text(connection, octets);
              connection.endRead();
            }
          });
    }

    /** The client reads on. */
    void writable() {
      run(() -> socket.unsafe().flush());
    }

    /** The client is gone, and the socket knows it. */
    void hungUp() {
      run(() -> socket.unsafe().close(socket.voidPromise()));
    }

    private void run(Runnable action) {
      loops
          .get(index)
          .execute(
              () -> {
                if (socket.isOpen()) {
                  action.run();
                }
              });
    }

    private void open() {
      ChannelInboundHandlerAdapter handler =
          new ChannelInboundHandlerAdapter() {
            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
              // Written while it was being closed.
            }

            @Override
            public void channelInactive(ChannelHandlerContext ctx) {
              end();
            }
          };
      socket.pipeline().addLast(handler);
      loops.get(index).register(socket);
      connection =
          new Connection(
              nextConnectionId++,
              new Principal(userId, userId, null, null),
              Objects.requireNonNull(socket.pipeline().context(handler)),
              index,
              SLOW_CONSUMER);
      open = true;
      connection.beginRead();
      dispatchers.get(index).opened(connection);
      connection.endRead();
      sweep();
    }

    /** As the heartbeat does: who does not answer a Close is not waited for. */
    private void sweep() {
      if (open && connection.isClosing()) {
        loops
            .get(index)
            .schedule(connection::abort, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      } else if (open) {
        loops.get(index).schedule(this::sweep, 1, TimeUnit.SECONDS);
      }
    }

    private void end() {
      if (open) {
        open = false;
        connection.markGone();
        dispatchers.get(index).closed(connection);
        sessions.remove(this);
      }
    }

    private void die() {
      open = false;
      world.as(loops.get(index), () -> socket.unsafe().close(socket.voidPromise()));
    }
  }
}
