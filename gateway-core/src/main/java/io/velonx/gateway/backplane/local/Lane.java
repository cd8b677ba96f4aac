package io.velonx.gateway.backplane.local;

import java.util.concurrent.atomic.AtomicInteger;
import org.jctools.queues.MpscChunkedArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks one at a time and in the order they came, on the threads that bring them: who finds
 * the lane idle runs everything in it, the others only add to it.
 *
 * <p>Threading: any thread; no lock is held while a task runs, and a task may add more.
 */
final class Lane {
  /** Only as many wait as arrive while the running thread is off its processor. */
  static final int CAPACITY = 16 * 1024;

  private static final int FIRST_CHUNK = 64;
  private static final Logger log = LoggerFactory.getLogger(Lane.class);

  private final MpscChunkedArrayQueue<Runnable> tasks =
      new MpscChunkedArrayQueue<>(FIRST_CHUNK, CAPACITY);
  // Tasks added and not yet accounted for; whoever raises it from zero runs the lane.
  private final AtomicInteger unsettled = new AtomicInteger();

  /** Fails: false when the lane is full; the task will not run. */
  boolean add(Runnable task) {
    if (!tasks.offer(task)) {
      return false;
    }
    if (unsettled.getAndIncrement() == 0) {
      runAll();
    }
    return true;
  }

  private void runAll() {
    int settled = 1;
    do {
      // A null may also mean that a task is just being stored; it is counted right after.
      for (Runnable task = tasks.relaxedPoll(); task != null; task = tasks.relaxedPoll()) {
        run(task);
      }
      settled = unsettled.addAndGet(-settled);
    } while (settled != 0);
  }

  private static void run(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      log.error("listener failed", e);
    }
  }
}
