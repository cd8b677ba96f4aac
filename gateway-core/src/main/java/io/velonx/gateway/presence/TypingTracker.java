package io.velonx.gateway.presence;

import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.Push;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who of this node's users types in which channel.
 *
 * <p>A user types until he says that he stopped, leaves, loses the connection he typed on, or says
 * nothing for five seconds. That he types is published at most once a second, what he says in
 * between is conflated; that he stopped is published at once. Threading: methods are for any
 * thread; the state lives on the control thread.
 */
public final class TypingTracker {
  /** How long one word counts: as long as the hash of the channel lives. */
  static final Duration LIFE = Duration.ofSeconds(5);

  /** Between two publications that the same user types in the same channel. */
  static final Duration PACE = Duration.ofSeconds(1);

  /** How often silence and conflated words are looked for, while anybody types. */
  static final Duration TICK = Duration.ofMillis(250);

  private final Backplane backplane;
  private final BiConsumer<ChannelName, byte[]> here;
  private final ScheduledExecutorService control;
  private final LongSupplier nanoClock;
  private final Map<Key, Typist> typists = new HashMap<>();
  private volatile int size;

  /**
   * @param here gives an envelope to the subscribers of this node, who are all that can be reached
   *     while the backplane is away
   * @param control one thread; runs short tasks and timers
   * @param nanoClock the clock of the control thread's timers
   */
  public TypingTracker(
      Backplane backplane,
      BiConsumer<ChannelName, byte[]> here,
      ScheduledExecutorService control,
      LongSupplier nanoClock) {
    this.backplane = backplane;
    this.here = here;
    this.control = control;
    this.nanoClock = nanoClock;
  }

  /** A user began to type, types on, or stopped, on that connection. */
  public void typing(
      ChannelName channel, Principal principal, long connectionId, boolean isTyping) {
    control.execute(
        () -> {
          Key key = new Key(channel, principal.userId());
          if (isTyping) {
            Typist typist = typists.get(key);
            if (typist == null) {
              typist = add(key);
            }
            typed(typist, principal, connectionId);
          } else {
            stopped(typists.get(key));
          }
        });
  }

  /** A connection left channels, or is gone. */
  public void left(Collection<ChannelName> channels, Principal principal, long connectionId) {
    control.execute(
        () -> {
          for (ChannelName channel : channels) {
            Typist typist = typists.get(new Key(channel, principal.userId()));
            if (typist != null && typist.connectionId == connectionId) {
              stopped(typist);
            }
          }
        });
  }

  /** Users that are remembered. Threading: any thread. */
  public int size() {
    return size;
  }

  private Typist add(Key key) {
    if (typists.isEmpty()) {
      scheduleTick();
    }
    // Old enough to publish at once.
    Typist typist = new Typist(key, nanoClock.getAsLong() - PACE.toNanos());
    typists.put(key, typist);
    size = typists.size();
    return typist;
  }

  private void typed(Typist typist, Principal principal, long connectionId) {
    typist.principal = principal;
    typist.connectionId = connectionId;
    typist.silentAt = nanoClock.getAsLong() + LIFE.toNanos();
    typist.unpublished = true;
    publishIfPaced(typist);
  }

  private void stopped(@Nullable Typist typist) {
    if (typist == null) {
      return;
    }
    typist.unpublished = false;
    if (typist.isTyping) {
      typist.isTyping = false;
      publish(typist, false);
    }
  }

  private void publishIfPaced(Typist typist) {
    long now = nanoClock.getAsLong();
    if (now - typist.publishedAt >= PACE.toNanos()) {
      typist.publishedAt = now;
      typist.unpublished = false;
      typist.isTyping = true;
      publish(typist, true);
    }
  }

  private void publish(Typist typist, boolean isTyping) {
    ChannelName channel = typist.key.channel;
    byte[] envelope = envelope(typist, isTyping);
    if (backplane.isCutOff()) {
      here.accept(channel, envelope);
    } else if (isTyping) {
      backplane.startTyping(channel, typist.key.userId, envelope);
    } else {
      backplane.stopTyping(channel, typist.key.userId, envelope);
    }
  }

  private void tick() {
    long now = nanoClock.getAsLong();
    typists.values().removeIf(typist -> isDone(typist, now));
    size = typists.size();
    if (!typists.isEmpty()) {
      scheduleTick();
    }
  }

  /** Brings one user up to date. Returns whether nothing is left to remember of him. */
  private boolean isDone(Typist typist, long now) {
    if (now - typist.silentAt >= 0) {
      stopped(typist);
    } else if (typist.unpublished) {
      publishIfPaced(typist);
    }
    return !typist.isTyping && !typist.unpublished && now - typist.publishedAt >= PACE.toNanos();
  }

  private void scheduleTick() {
    control.schedule(this::tick, TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static byte[] envelope(Typist typist, boolean isTyping) {
    ChannelName channel = typist.key.channel;
    Principal principal = typist.principal;
    return EnvelopeWriter.write(
        new Push.Typing(
            typist.key.userId,
            principal == null ? null : principal.name(),
            channel.roomId(),
            channel.groupId(),
            isTyping));
  }

  private record Key(ChannelName channel, String userId) {}

  private static final class Typist {
    private final Key key;
    private @Nullable Principal principal;
    private long connectionId;

    /** As it was published last. */
    private boolean isTyping;

    private long publishedAt;

    /** Typed since, and not published yet. */
    private boolean unpublished;

    private long silentAt;

    Typist(Key key, long publishedAt) {
      this.key = key;
      this.publishedAt = publishedAt;
    }
  }
}
