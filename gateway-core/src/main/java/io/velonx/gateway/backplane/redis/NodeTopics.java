package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.ScriptRunner.bytes;

import io.velonx.gateway.auth.Revocation;
import io.velonx.gateway.backplane.BackplaneListener;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.api.listener.BaseStatusListener;
import org.redisson.client.codec.ByteArrayCodec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a node listens to whoever its subscribers are: its control topic, that of all nodes, and
 * {@code user:*}, on which back ends publish to a user.
 *
 * <p>A control message is {@code U<octets of user id>:<user id><envelope>} for a user, {@code
 * R<connection>:<user id>} when that connection is to make room for a newer one, {@code
 * X<end>:<revocation>} for a revocation, {@code K<user id>} when whom he blocks has changed, or
 * {@code B<number>} for a beacon, which the node sends to itself to know that publications arrive.
 */
final class NodeTopics {
  static final String CONTROL_PREFIX = "gw:node:";

  /** The control topic of all nodes together. */
  static final String ALL_NODES = "gw:nodes";

  private static final String USER_PREFIX = "user:";
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

  /** Renewals without a beacon after which publications do not arrive. */
  private static final int MISSED_BEACONS = 3;

  /** A busy machine is not deaf, and connecting again would cost it what arrives meanwhile. */
  private static final Duration SHORTEST_SILENCE = Duration.ofSeconds(2);

  /** Longer than subscribing 100,000 topics again takes. */
  private static final Duration RECONNECT_PAUSE = Duration.ofSeconds(10);

  private static final Logger log = LoggerFactory.getLogger(NodeTopics.class);

  private final String controlTopic;
  private final CommandLanes lanes;
  private final BackplaneListener listener;
  private final Reachability reachability;
  private final Runnable reconnect;
  private final Runnable catchUp;
  private final RedisBlocks blocks;
  private final Backoff backoff;
  private final ControlThread control;
  private final long silenceNanos;
  private final AtomicLong beacons = new AtomicLong();
  private final Map<Long, CompletableFuture<Void>> probes = new ConcurrentHashMap<>();
  private volatile long lastHeardNanos;
  private long lastReconnectNanos;
  // Listeners of an attempt that failed may still be added later; only the newest attempt counts.
  private volatile int attempt;

  /**
   * @param catchUp has read what was said on the topic of all nodes while this one could not hear
   */
  NodeTopics(
      String nodeId,
      Duration beaconInterval,
      CommandLanes lanes,
      BackplaneListener listener,
      Reachability reachability,
      Runnable reconnect,
      Runnable catchUp,
      RedisBlocks blocks,
      Backoff backoff,
      ControlThread control) {
    controlTopic = CONTROL_PREFIX + nodeId;
    silenceNanos =
        Math.max(SHORTEST_SILENCE.toNanos(), beaconInterval.multipliedBy(MISSED_BEACONS).toNanos());
    this.lanes = lanes;
    this.listener = listener;
    this.reachability = reachability;
    this.reconnect = reconnect;
    this.catchUp = catchUp;
    this.blocks = blocks;
    this.backoff = backoff;
    this.control = control;
  }

  /**
   * Subscribes, as often as it takes, then runs {@code ready}. Threading: the control thread, for
   * this and for {@code ready}.
   */
  void open(RedissonClient client, Runnable ready) {
    int current = attempt + 1;
    attempt = current;
    CompletionStage<Integer> subscribed =
        client
            .getTopic(controlTopic, ByteArrayCodec.INSTANCE)
            .addListenerAsync(byte[].class, (topic, message) -> onControl(current, message));
    RTopic all = client.getTopic(ALL_NODES, ByteArrayCodec.INSTANCE);
    subscribed
        // Added second, it hears nothing of the first time.
        .thenCompose(
            id ->
                client
                    .getTopic(controlTopic, ByteArrayCodec.INSTANCE)
                    .addListenerAsync(new Resumption(current, listener::onUsersResumed)))
        .thenCompose(
            id ->
                all.addListenerAsync(byte[].class, (topic, message) -> onControl(current, message)))
        .thenCompose(
            id -> all.addListenerAsync(new Resumption(current, () -> control.execute(catchUp))))
        .thenCompose(
            id ->
                client
                    .getPatternTopic(USER_PREFIX + "*", ByteArrayCodec.INSTANCE)
                    .addListenerAsync(
                        byte[].class,
                        (pattern, topic, envelope) -> onUser(current, topic, envelope)))
        .whenCompleteAsync(
            (id, failure) -> {
              if (failure == null) {
                lastHeardNanos = control.nanoTime();
                lastReconnectNanos = lastHeardNanos - RECONNECT_PAUSE.toNanos();
                catchUp.run();
                ready.run();
              } else {
                reachability.failed(ScriptRunner.reason(failure));
                // It may be the connection that is deaf, and beacons cannot tell that yet.
                reconnect.run();
                control.after(backoff.after(current), () -> open(client, ready));
              }
            },
            control);
  }

  /** Sends a beacon, and says so if none came back for too long. Threading: the control thread. */
  void beat() {
    long now = control.nanoTime();
    if (now - lastHeardNanos > silenceNanos) {
      reachability.silent();
      boolean deaf = reachability.health().publisherConnected();
      if (deaf && now - lastReconnectNanos > RECONNECT_PAUSE.toNanos()) {
        lastReconnectNanos = now;
        log.warn("topics are silent, connecting again");
        listener.onSilent();
        reconnect.run();
      }
    }
    send(beacons.incrementAndGet());
  }

  /** Completes when a beacon came back; fails after two seconds. Threading: any thread. */
  CompletionStage<Void> probe() {
    long number = beacons.incrementAndGet();
    CompletableFuture<Void> heard = new CompletableFuture<>();
    probes.put(number, heard);
    send(number)
        .whenComplete(
            (receivers, failure) -> {
              if (failure != null) {
                heard.completeExceptionally(failure);
              }
            });
    return heard
        .orTimeout(PROBE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (nothing, failure) -> {
              probes.remove(number);
              if (failure == null) {
                return null;
              }
              Throwable reason = ScriptRunner.reason(failure);
              throw reason instanceof BackplaneUnavailableException unavailable
                  ? unavailable
                  : new BackplaneUnavailableException("beacon did not come back", reason);
            });
  }

  private CompletionStage<Long> send(long number) {
    byte[] message = bytes("B" + number);
    return lanes.send(
        controlTopic,
        message.length,
        batch -> batch.getTopic(controlTopic, ByteArrayCodec.INSTANCE).publishAsync(message));
  }

  private void onControl(int from, byte[] message) {
    if (from != attempt || message.length == 0) {
      return;
    }
    try {
      switch (message[0]) {
        case 'B' -> onBeacon(message);
        case 'U' -> onRouted(message);
        case 'R' -> onReplaced(message);
        case 'X' -> onRevoked(message);
        case 'K' -> {
          blocks.changed();
          listener.onBlocksChanged(
              new String(message, 1, message.length - 1, StandardCharsets.UTF_8));
        }
        default -> log.debug("unknown control message kind={}", message[0]);
      }
    } catch (RuntimeException e) {
      log.error("control message failed", e);
    }
  }

  private void onBeacon(byte[] message) {
    lastHeardNanos = control.nanoTime();
    reachability.heard();
    long number =
        Long.parseLong(new String(message, 1, message.length - 1, StandardCharsets.UTF_8));
    CompletableFuture<Void> probe = probes.remove(number);
    if (probe != null) {
      probe.complete(null);
    }
  }

  private void onReplaced(byte[] message) {
    String text = new String(message, 1, message.length - 1, StandardCharsets.UTF_8);
    int colon = text.indexOf(':');
    listener.onReplaced(text.substring(colon + 1), Long.parseLong(text.substring(0, colon)));
  }

  private void onRevoked(byte[] message) {
    String text = new String(message, 1, message.length - 1, StandardCharsets.UTF_8);
    int colon = text.indexOf(':');
    Revocation revocation =
        Revocation.parse(text.substring(colon + 1), Long.parseLong(text.substring(0, colon)));
    if (revocation != null) {
      listener.onRevoked(List.of(revocation));
    }
  }

  private void onRouted(byte[] message) {
    ByteBuffer rest = ByteBuffer.wrap(message, 1, message.length - 1);
    String userId = text(rest);
    String note = text(rest);
    byte[] envelope = new byte[rest.remaining()];
    rest.get(envelope);
    listener.onUserPublication(userId, note, envelope);
  }

  private static String text(ByteBuffer from) {
    byte[] octets = new byte[from.getShort()];
    from.get(octets);
    return new String(octets, StandardCharsets.UTF_8);
  }

  private void onUser(int from, CharSequence topic, byte[] envelope) {
    if (from != attempt) {
      return;
    }
    try {
      listener.onUserPublication(topic.toString().substring(USER_PREFIX.length()), "", envelope);
    } catch (RuntimeException e) {
      log.error("listener failed", e);
    }
  }

  /** A control message that tells of a revocation. */
  static byte[] revoked(Revocation revocation) {
    return bytes("X" + revocation.untilMillis() + ":" + revocation.text());
  }

  /** A control message that tells of a new list of whom a user blocks. */
  static byte[] blocked(String userId) {
    return bytes("K" + userId);
  }

  /** Hears when Redisson has subscribed a topic again after a lost connection. */
  private final class Resumption extends BaseStatusListener {
    private final int from;
    private final Runnable then;

    Resumption(int from, Runnable then) {
      this.from = from;
      this.then = then;
    }

    @Override
    public void onSubscribe(String topic) {
      if (from == attempt) {
        then.run();
      }
    }
  }

  /** A control message that carries an envelope to a user: two texts with their lengths, and it. */
  static byte[] routed(String userId, String note, byte[] envelope) {
    byte[] user = bytes(userId);
    byte[] noted = bytes(note);
    return ByteBuffer.allocate(1 + 2 * Short.BYTES + user.length + noted.length + envelope.length)
        .put((byte) 'U')
        .putShort((short) user.length)
        .put(user)
        .putShort((short) noted.length)
        .put(noted)
        .put(envelope)
        .array();
  }
}
