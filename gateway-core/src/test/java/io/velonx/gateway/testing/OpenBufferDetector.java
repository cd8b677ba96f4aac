package io.velonx.gateway.testing;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Tracks every buffer from allocation to release, so that a leak is known at once and belongs to
 * the test that caused it; Netty's own detector waits for the garbage collector.
 *
 * <p>Installed by {@code -Dio.netty.customResourceLeakDetector}; asked by {@link LeakExtension}.
 * Threading: any thread.
 */
public final class OpenBufferDetector<T> extends ResourceLeakDetector<T> {
  private static final Set<OpenBuffer<?>> OPEN = ConcurrentHashMap.newKeySet();
  private static final AtomicLong NUMBERS = new AtomicLong();

  /** Called by Netty. */
  public OpenBufferDetector(Class<?> resourceType, int samplingInterval) {
    super(resourceType, samplingInterval);
  }

  /** Called by Netty. */
  public OpenBufferDetector(Class<?> resourceType, int samplingInterval, long maxActive) {
    super(resourceType, samplingInterval);
  }

  /** Buffers allocated after that mark and not released yet. */
  static List<Throwable> openSince(long mark) {
    return OPEN.stream()
        .filter(open -> open.number > mark)
        .<Throwable>map(open -> open.allocation)
        .toList();
  }

  /** The present, to be handed to {@link #openSince}. */
  static long mark() {
    return NUMBERS.get();
  }

  @Override
  public @Nullable ResourceLeakTracker<T> track(T resource) {
    return getLevel() == Level.DISABLED ? null : trackForcibly(resource);
  }

  @Override
  public @Nullable ResourceLeakTracker<T> trackForcibly(T resource) {
    Allocation allocation = new Allocation();
    if (allocation.isStaticInitializer()) {
      return null;
    }
    OpenBuffer<T> open = new OpenBuffer<>(NUMBERS.incrementAndGet(), allocation);
    OPEN.add(open);
    return open;
  }

  private static final class OpenBuffer<T> implements ResourceLeakTracker<T> {
    private final long number;
    private final Allocation allocation;

    OpenBuffer(long number, Allocation allocation) {
      this.number = number;
      this.allocation = allocation;
    }

    @Override
    public void record() {}

    @Override
    public void record(Object hint) {}

    @Override
    public boolean close(T trackedObject) {
      return OPEN.remove(this);
    }
  }

  /** Where a buffer was allocated. */
  private static final class Allocation extends Throwable {
    private static final long serialVersionUID = 1;

    Allocation() {
      super("a buffer allocated here was never released");
    }

    /** Constants live as long as their class. */
    boolean isStaticInitializer() {
      for (StackTraceElement frame : getStackTrace()) {
        if (frame.getMethodName().equals("<clinit>")) {
          return true;
        }
      }
      return false;
    }
  }
}
