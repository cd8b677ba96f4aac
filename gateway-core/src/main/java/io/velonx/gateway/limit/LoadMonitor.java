package io.velonx.gateway.limit;

import io.velonx.gateway.metrics.GatewayMetrics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches memory and event loops, and has newcomers refused while either is short, so that those
 * who are connected stay well. A single pause is no shortage, and a shortage is over only when
 * there has been room for a while.
 *
 * <p>Threading: the control thread, except the probes.
 */
public final class LoadMonitor {
  static final Duration PROBE = Duration.ofMillis(100);
  static final Duration CHECK = Duration.ofMillis(250);

  /**
   * Checks in a row that find a shortage, until there is one: the pause of a collection is less.
   */
  static final int START_AFTER = 2;

  /** Checks in a row that find room, until newcomers are let in again. */
  static final int END_AFTER = 8;

  private static final Logger log = LoggerFactory.getLogger(LoadMonitor.class);

  /** How far below the limit there is room. */
  private static final double ROOM = 0.05;

  private final double maxHeapShare;
  private final long maxLagNanos;
  private final DoubleSupplier heapShare;
  private final List<LagProbe> probes;
  private final NodeLimits node;
  private final ScheduledExecutorService control;
  private final LongSupplier nanoClock;

  private int shortInARow;
  private int roomInARow;

  /**
   * @param loops the event loops to watch
   * @param control one thread; may be one of the loops
   */
  public LoadMonitor(
      LimitConfig config,
      List<? extends ScheduledExecutorService> loops,
      NodeLimits node,
      ScheduledExecutorService control,
      GatewayMetrics metrics) {
    this(config, loops, node, control, metrics, new HeapUse(), System::nanoTime);
  }

  LoadMonitor(
      LimitConfig config,
      List<? extends ScheduledExecutorService> loops,
      NodeLimits node,
      ScheduledExecutorService control,
      GatewayMetrics metrics,
      DoubleSupplier heapShare,
      LongSupplier nanoClock) {
    maxHeapShare = config.maxHeapPercent() / 100.0;
    maxLagNanos = config.maxEventLoopLag().toNanos();
    probes = loops.stream().map(loop -> new LagProbe(loop, metrics, nanoClock)).toList();
    this.node = node;
    this.control = control;
    this.heapShare = heapShare;
    this.nanoClock = nanoClock;
  }

  /** Begins to watch, for as long as the threads live. */
  public void start() {
    probes.forEach(LagProbe::start);
    control.scheduleWithFixedDelay(
        this::check, CHECK.toMillis(), CHECK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void check() {
    long lag = 0;
    long now = nanoClock.getAsLong();
    for (LagProbe probe : probes) {
      lag = Math.max(lag, probe.lagNanos(now));
    }
    double heap = heapShare.getAsDouble();
    String shortage = shortage(heap, lag);
    boolean room =
        (maxHeapShare == 0 || heap < maxHeapShare - ROOM)
            && (maxLagNanos == 0 || lag < maxLagNanos / 2);
    shortInARow = shortage == null ? 0 : shortInARow + 1;
    roomInARow = room ? roomInARow + 1 : 0;
    if (shortage != null && shortInARow >= START_AFTER && node.overload() == null) {
      node.overloaded(shortage);
      log.warn(
          "overloaded, newcomers are refused reason=\"{}\" heapPercent={} lagMillis={}",
          shortage,
          Math.round(heap * 100),
          TimeUnit.NANOSECONDS.toMillis(lag));
    } else if (roomInARow >= END_AFTER && node.overload() != null) {
      node.overloaded(null);
      log.info("no longer overloaded, newcomers are let in");
    }
  }

  private @Nullable String shortage(double heap, long lag) {
    if (maxHeapShare > 0 && heap > maxHeapShare) {
      return "heap in use after a collection: at most " + Math.round(maxHeapShare * 100) + " %";
    }
    if (maxLagNanos > 0 && lag > maxLagNanos) {
      return "lag of event loops: at most " + TimeUnit.NANOSECONDS.toMillis(maxLagNanos) + " ms";
    }
    return null;
  }

  /** How much later than it should a task runs on one event loop. */
  private static final class LagProbe implements Runnable {
    private final ScheduledExecutorService loop;
    private final GatewayMetrics metrics;
    private final LongSupplier nanoClock;
    private volatile long dueNanos;
    private volatile long lastLagNanos;

    LagProbe(ScheduledExecutorService loop, GatewayMetrics metrics, LongSupplier nanoClock) {
      this.loop = loop;
      this.metrics = metrics;
      this.nanoClock = nanoClock;
    }

    void start() {
      dueNanos = nanoClock.getAsLong() + PROBE.toNanos();
      loop.schedule(this, PROBE.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
      long lag = Math.max(0, nanoClock.getAsLong() - dueNanos);
      metrics.eventLoopLag.update(lag, TimeUnit.NANOSECONDS);
      lastLagNanos = lag;
      start();
    }

    /** As it was last, or what it has become meanwhile. Threading: any thread. */
    long lagNanos(long now) {
      return Math.max(lastLagNanos, now - dueNanos);
    }
  }
}
