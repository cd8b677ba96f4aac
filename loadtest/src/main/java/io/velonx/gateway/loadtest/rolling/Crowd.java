package io.velonx.gateway.loadtest.rolling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.ScheduledFuture;
import io.velonx.gateway.loadtest.swarm.Audience;
import io.velonx.gateway.loadtest.swarm.Handshake;
import io.velonx.gateway.loadtest.swarm.TokenSigner;
import io.velonx.gateway.loadtest.swarm.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All clients, on one event loop, and the account of what they saw.
 *
 * <p>Threading: public to the package are verbs for any thread, which wait for the loop; what
 * clients call belongs to the loop. Ownership: its event loop.
 */
final class Crowd implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
  private static final int NEWCOMERS_PER_SECOND = 400;
  private static final int TOKEN_LIFE_SECONDS = 24 * 3600;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  final Account account = new Account();
  final SplittableRandom random = new SplittableRandom();
  private final EventLoopGroup group = Transport.group("clients", 1);
  private final EventLoop loop = group.next();
  private final Handshake handshake = new Handshake(random);
  private final TokenSigner signer;
  private final List<Integer> ports;
  private final List<ResumingClient> clients = new ArrayList<>();
  private final BitSet moved = new BitSet();
  private final int[] audience;
  private int whole;
  private long backNanos;
  private volatile boolean closed;

  Crowd(RollingPlan plan, List<Integer> ports, String secret) {
    this.ports = ports;
    signer = new TokenSigner(secret);
    Audience rooms = new Audience(plan.clients(), plan.rooms(), plan.roomsPerClient(), 0);
    for (int i = 0; i < plan.clients(); i++) {
      clients.add(new ResumingClient(i, this, rooms.roomsOf(i)));
    }
    audience = rooms.subscribers(plan.clients());
  }

  static String roomId(int room) {
    return "r" + room;
  }

  /** How it stands. */
  record Look(int whole, int moved, long backNanos, Account account) {}

  // --- for any thread ---

  /** Has everybody come, one after the other. */
  void open() {
    for (int i = 0; i < clients.size(); i++) {
      later(i * 1000L / NEWCOMERS_PER_SECOND, clients.get(i)::connect);
    }
  }

  int size() {
    return clients.size();
  }

  /** How many clients listen to each room. */
  int[] audience() {
    return audience;
  }

  /** Publications begin. */
  void listen() {
    onLoop(
        () -> {
          long now = System.nanoTime();
          clients.forEach(client -> client.seats.forEach(seat -> seat.listen(now)));
          return now;
        });
  }

  /** Forgets who moved, and how long it was silent. */
  void beginEvent() {
    onLoop(
        () -> {
          moved.clear();
          backNanos = 0;
          account.recentSilenceNanos = 0;
          return true;
        });
  }

  /** The account in it is still written to; its numbers may be a moment old. */
  Look look() {
    return onLoop(() -> new Look(whole, moved.cardinality(), backNanos, account));
  }

  /** Deliveries that never came, of so many publications in each room. */
  long lost(int[] published) {
    return onLoop(
        () ->
            clients.stream()
                .flatMap(client -> client.seats.stream())
                .mapToLong(seat -> seat.lost(published[seat.room]))
                .sum());
  }

  @Override
  public void close() {
    closed = true;
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  // --- for clients ---

  ClientSocket connect(ResumingClient client, @Nullable String cookie) {
    // Without a proxy, whoever comes back chooses anew.
    int node = client.index % ports.size();
    int port = ports.get(moved.get(client.index) ? random.nextInt(ports.size()) : node);
    ClientSocket socket = new ClientSocket(handshake, request(client, port, cookie), client);
    Transport.client()
        .group(loop)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
        .handler(socket)
        .connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                socket.end(ReturnPolicy.NO_CODE, "no connection: " + done.cause());
              }
            });
    return socket;
  }

  JsonNode parse(byte[] text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ScheduledFuture<?> later(long millis, Runnable task) {
    return loop.schedule(
        () -> {
          if (!closed) {
            task.run();
          }
        },
        millis,
        TimeUnit.MILLISECONDS);
  }

  void left(ResumingClient client) {
    whole--;
    moved.set(client.index);
  }

  void back(ResumingClient client) {
    whole++;
    if (moved.get(client.index)) {
      backNanos = System.nanoTime();
    }
  }

  private byte[] request(ResumingClient client, int port, @Nullable String cookie) {
    long now = Instant.now().getEpochSecond();
    String token =
        signer.sign(
            "{\"sub\":\"user-%d\",\"iat\":%d,\"exp\":%d}"
                .formatted(client.index, now, now + TOKEN_LIFE_SECONDS));
    return handshake.request(
        Site.PATH + "?token=" + token,
        "127.0.0.1:" + port,
        cookie == null ? "" : "Cookie: " + cookie + "\r\n");
  }

  private <T> T onLoop(Callable<T> task) {
    return loop.submit(task).syncUninterruptibly().getNow();
  }
}
