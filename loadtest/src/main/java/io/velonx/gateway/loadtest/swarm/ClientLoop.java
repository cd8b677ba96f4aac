package io.velonx.gateway.loadtest.swarm;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.velonx.gateway.loadtest.dialect.Dialect;
import io.velonx.gateway.loadtest.dialect.FrameTemplate;
import io.velonx.gateway.loadtest.dialect.Values;
import io.velonx.gateway.loadtest.measure.Counters;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of one event loop share: counters, scratch memory, tokens and the dialect.
 *
 * <p>Threading: that event loop, but for the constructor. Ownership: its read buffer, until {@link
 * #release}.
 */
public final class ClientLoop {
  final EventLoop events;
  final SwarmPlan plan;
  final Dialect dialect;
  final Counters counters = new Counters();
  final FrameWalker frames = new FrameWalker();
  final Values values = new Values();
  final SplittableRandom random = new SplittableRandom();
  final Handshake handshake = new Handshake(random);

  /** The octets a walk goes over: what was left of the stream, then what was read. */
  byte[] scratch = new byte[2 * SharedReads.BYTES];

  private final SharedReads reads = new SharedReads(ByteBufAllocator.DEFAULT);
  private final List<Endpoint> endpoints;
  private final @Nullable Tokens tokens;

  public ClientLoop(EventLoop events, SwarmPlan plan, Dialect dialect) {
    this.events = events;
    this.plan = plan;
    this.dialect = dialect;
    endpoints = plan.urls().stream().map(url -> Endpoint.parse(url, "ws", 80)).toList();
    tokens =
        dialect.login() == null
            ? null
            : new Tokens(
                dialect.login(),
                plan.secret().isEmpty() ? dialect.login().secret() : plan.secret(),
                Clock.systemUTC());
  }

  /** The counters of these clients. */
  public Counters counters() {
    return counters;
  }

  public EventLoop events() {
    return events;
  }

  /** The node of a connection. */
  Endpoint endpoint(long connection) {
    return endpoints.get((int) (connection % endpoints.size()));
  }

  /** Starts a TCP connection to the node of that connection. */
  ChannelFuture connect(long connection, WsClient client) {
    Bootstrap bootstrap =
        Transport.client()
            .group(events)
            .option(ChannelOption.RECVBUF_ALLOCATOR, reads)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, plan.timeoutMillis())
            .handler(client);
    Endpoint endpoint = endpoint(connection);
    InetSocketAddress server = new InetSocketAddress(endpoint.host(), endpoint.port());
    if (plan.sourceAddresses() == 0 || !server.getAddress().isLoopbackAddress()) {
      return bootstrap.connect(server);
    }
    long address = 1 + connection / plan.urls().size() % plan.sourceAddresses();
    return bootstrap.connect(server, new InetSocketAddress("127.0.0." + address, 0));
  }

  /** The values of a connection, with a token of its own. */
  Values valuesOf(long connection, int @Nullable [] rooms) {
    values.connection = connection;
    values.user = connection % Math.max(1, plan.users());
    values.room = rooms == null ? 0 : rooms[0];
    values.slot = 1;
    if (tokens != null) {
      values.token = tokens.token(values);
    }
    return values;
  }

  /** Writes a frame without flushing it. */
  void write(Channel ch, FrameTemplate frame) {
    write(ch, frame.opcode(), frame.payload(values));
  }

  void write(Channel ch, int opcode, byte[] payload) {
    ByteBuf octets = ClientFrame.of(ch.alloc(), opcode, payload, random.nextInt());
    ch.write(octets, ch.voidPromise());
  }

  /** Makes room for that many octets in the scratch memory, keeping what is in it. */
  byte[] scratch(int octets) {
    if (scratch.length < octets) {
      scratch = Arrays.copyOf(scratch, Math.max(octets, 2 * scratch.length));
    }
    return scratch;
  }

  /** Called when no client is left. */
  public void release() {
    reads.release();
  }
}
