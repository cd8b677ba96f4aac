package io.velonx.gateway.pipeline;

import io.velonx.gateway.auth.JwtTokenVerifier;
import io.velonx.gateway.connection.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The heartbeat of all connections of one event loop: pings who is silent, closes who stays silent,
 * ends the sockets of those who do not answer our Close, and closes those who take nothing of what
 * waits for them or whose token has ended.
 *
 * <p>Its clock is the number of ticks it has executed. A gateway that stood still (a stopped
 * container, a suspended machine) has executed none meanwhile, so that the first thing it does is
 * not to close everybody for a silence it slept through itself. Only tokens end by the time of day.
 *
 * <p>The connections stand in a dense array. A tick looks at one slice of it, so that many
 * connections do not mean a long stop of the loop; {@value #SLICES} ticks look at all of them. Who
 * leaves is replaced by the last one, who may then be looked at a round later: at most that much is
 * everything here late.
 *
 * <p>Threading: its event loop, except {@link #start}.
 */
final class HeartbeatSweep {
  static final int SLICES = 10;

  /** Fine enough that a round is at most 1/25 of the interval, and 1 s at the default of 25 s. */
  private static final int TICKS_PER_INTERVAL = 250;

  private static final long MIN_TICK_MILLIS = 5;

  /** As long as a login would still be accepted. */
  private static final long CLOCK_TOLERANCE_MILLIS = JwtTokenVerifier.CLOCK_TOLERANCE.toMillis();

  private final long tickMillis;
  private final int intervalTicks;
  private final int closeTicks;
  private final int stallTicks;
  private final long noticeMillis;
  private final OutboundTotal outbound;
  private final LongSupplier nowMillis;
  private final StallWatch stalls = new StallWatch();

  private @Nullable ConnectionHandler[] members = new ConnectionHandler[16];
  private int size;
  private int tick;
  private long tickTimeMillis;

  // What waits for the readers of this loop: in the round under way, and as it was told last.
  private long waitingBytes;
  private int waitingReaders;
  private long toldBytes;
  private int toldReaders;

  HeartbeatSweep(PipelineConfig config, OutboundTotal outbound) {
    this(config, outbound, System::currentTimeMillis);
  }

  /**
   * @param nowMillis the time of day
   */
  HeartbeatSweep(PipelineConfig config, OutboundTotal outbound, LongSupplier nowMillis) {
    Duration interval = config.heartbeatInterval();
    tickMillis = Math.max(MIN_TICK_MILLIS, interval.toMillis() / TICKS_PER_INTERVAL);
    intervalTicks = ticks(interval);
    closeTicks = ticks(config.closeTimeout());
    stallTicks = ticks(config.stallTimeout());
    noticeMillis = config.tokenExpiryNotice().toMillis();
    this.outbound = outbound;
    this.nowMillis = nowMillis;
  }

  /** Begins to tick, for as long as the event loop lives. */
  void start(ScheduledExecutorService eventLoop) {
    // With a fixed delay: at a fixed rate, ticks missed during a stop would be made up for at once.
    eventLoop.scheduleWithFixedDelay(this::tick, tickMillis, tickMillis, TimeUnit.MILLISECONDS);
  }

  /** The ticks executed so far. */
  int now() {
    return tick;
  }

  int size() {
    return size;
  }

  void add(ConnectionHandler member) {
    if (size == members.length) {
      members = Arrays.copyOf(members, size * 2);
    }
    member.sweepPosition = size;
    members[size++] = member;
  }

  void remove(ConnectionHandler member) {
    int hole = member.sweepPosition;
    if (hole < 0 || members[hole] != member) {
      return;
    }
    stalls.forget(member.connection());
    member.sweepPosition = -1;
    size--;
    if (hole != size) {
      ConnectionHandler last = Objects.requireNonNull(members[size]);
      members[hole] = last;
      last.sweepPosition = hole;
    }
    members[size] = null;
  }

  /** Visits every connection; the action may close, but neither add nor remove any. */
  void forEach(Consumer<Connection> action) {
    for (int i = 0; i < size; i++) {
      action.accept(Objects.requireNonNull(members[i]).connection());
    }
  }

  /** Looks at the next slice. */
  void tick() {
    tick++;
    tickTimeMillis = nowMillis.getAsLong();
    int slice = Math.floorMod(tick, SLICES);
    if (slice == 0) {
      endRound();
    }
    int from = (int) ((long) size * slice / SLICES);
    // From the end: whoever leaves now is replaced by one who was looked at already.
    for (int i = (int) ((long) size * (slice + 1) / SLICES) - 1; i >= from; i--) {
      ConnectionHandler member = members[i];
      if (member != null) {
        try {
          look(member);
        } catch (RuntimeException | Error failure) {
          // Thrown further, it would end the heartbeat of everybody.
          member.fault(failure);
        }
      }
    }
  }

  int intervalTicks() {
    return intervalTicks;
  }

  int closeTicks() {
    return closeTicks;
  }

  /**
   * Tells what waits for the readers of this loop, and takes it from the worst if that is too much.
   */
  private void endRound() {
    outbound.changed(waitingBytes - toldBytes, waitingReaders - toldReaders);
    toldBytes = waitingBytes;
    toldReaders = waitingReaders;
    waitingBytes = 0;
    waitingReaders = 0;
    long excess = outbound.excess(toldBytes);
    if (excess > 0) {
      long most = outbound.fairShare();
      List<ConnectionHandler> worst = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        ConnectionHandler member = Objects.requireNonNull(members[i]);
        if (member.connection().isOpen() && member.connection().pendingBytes() > most) {
          worst.add(member);
        }
      }
      worst.sort(Comparator.comparingLong(member -> -member.connection().pendingBytes()));
      for (int i = 0; i < worst.size() && excess > 0; i++) {
        excess -= worst.get(i).connection().pendingBytes();
        worst.get(i).tooSlow();
      }
    }
  }

  private void look(ConnectionHandler member) {
    Connection connection = member.connection();
    if (!connection.isOpen()) {
      if (!member.closeSeen) {
        member.closeSeen = true;
        member.sweepTick = tick;
      } else if (tick - member.sweepTick >= closeTicks) {
        connection.abort();
      }
      return;
    }
    long leftMillis = connection.principal().expiresAtMillis() - tickTimeMillis;
    if (leftMillis <= -CLOCK_TOLERANCE_MILLIS) {
      member.tokenExpired();
      return;
    }
    if (leftMillis <= noticeMillis && connection.markExpiryTold()) {
      member.tokenExpiring();
    }
    long pending = connection.pendingBytes();
    if (pending > 0) {
      waitingBytes += pending;
      waitingReaders++;
    }
    if (stalls.ticksWithoutProgress(connection, tick) >= stallTicks) {
      member.tooSlow();
      return;
    }
    int silent = tick - connection.lastHeardTick();
    if (silent >= 2 * intervalTicks) {
      member.heartbeatMissed();
    } else if (silent >= intervalTicks && tick - member.sweepTick >= intervalTicks) {
      member.sweepTick = tick;
      member.ping();
    }
  }

  private int ticks(Duration time) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE / 4, -(-time.toMillis() / tickMillis)));
  }
}
