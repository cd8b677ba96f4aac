package io.velonx.gateway.limit;

import com.sun.management.UnixOperatingSystemMXBean;
import io.velonx.gateway.limit.Refusal.Reason;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What everybody together may take of this node: sockets, and upgrades a second. Threading: any
 * thread.
 */
public final class NodeLimits {
  /** Descriptors for what is not a client: files, libraries, Redis, the admin port. */
  private static final int LEAST_RESERVE = 256;

  private final int maxConnections;
  private final int maxSockets;
  private final Rate accepts;
  private final AtomicInteger sockets = new AtomicInteger();
  private final AtomicLong acceptsFullAt = new AtomicLong();
  private volatile @Nullable String overload;

  public NodeLimits(LimitConfig config) {
    this(
        config.connectionsPerNode() < 0
            ? connectionsFor(maxDescriptors())
            : config.connectionsPerNode(),
        config.accepts());
  }

  private NodeLimits(int maxConnections, Rate accepts) {
    this.maxConnections = maxConnections;
    // Half of the reserve is for those who are just being told that there is no room.
    this.maxSockets =
        (int) Math.min(Integer.MAX_VALUE, maxConnections + reserve(maxConnections) / 2);
    this.accepts = accepts;
  }

  /**
   * Counts a socket that was accepted.
   *
   * @return false when there are so many that it must be closed without a word
   */
  public boolean enter() {
    return sockets.incrementAndGet() <= maxSockets || maxConnections == 0;
  }

  /** A socket that was counted is closed. */
  public void leave() {
    sockets.decrementAndGet();
  }

  /** Why there may be no upgrade now, or null. Takes one of the upgrades of this second. */
  public @Nullable Refusal refusal(long now) {
    String cause = overload;
    if (cause != null) {
      return Refusal.of(Reason.OVERLOAD, cause);
    }
    if (maxConnections > 0 && sockets.get() > maxConnections) {
      return Refusal.of(Reason.NODE, "connections of this node: at most " + maxConnections);
    }
    if (!takeUpgrade(now)) {
      return Refusal.of(Reason.ACCEPTS, "upgrades of this node: at most " + accepts);
    }
    return null;
  }

  /** Refuses newcomers from now on, or lets them in again with null. */
  public void overloaded(@Nullable String cause) {
    overload = cause;
  }

  /** What the node is short of; null when it is not. */
  public @Nullable String overload() {
    return overload;
  }

  /** Sockets open now, upgraded or not. */
  public int sockets() {
    return sockets.get();
  }

  /** The most connections; 0 for no limit. */
  public int maxConnections() {
    return maxConnections;
  }

  /** What is left for connections of that many descriptors; 0 when their number is not known. */
  static int connectionsFor(long descriptors) {
    return descriptors <= 0
        ? 0
        : (int) Math.max(1, Math.min(Integer.MAX_VALUE, descriptors - reserve(descriptors)));
  }

  private static long reserve(long descriptors) {
    return Math.max(LEAST_RESERVE, descriptors / 50);
  }

  private static long maxDescriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : 0;
  }

  private boolean takeUpgrade(long now) {
    if (!accepts.isLimited()) {
      return true;
    }
    while (true) {
      long fullAt = acceptsFullAt.get();
      if (accepts.waitNanos(fullAt, now) > 0) {
        return false;
      }
      if (acceptsFullAt.compareAndSet(fullAt, accepts.charged(fullAt, now))) {
        return true;
      }
    }
  }
}
