package io.velonx.gateway.backplane.redis;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which topics, leases and reaping are decided, so that their state needs no
 * lock. Nothing on it waits. Threading: any thread may add; after {@link #close} tasks are dropped.
 */
final class ControlThread implements Executor, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlThread.class);

  private final ScheduledThreadPoolExecutor executor;

  ControlThread(String name) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.DiscardPolicy());
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(guarded(task));
  }

  void after(Duration delay, Runnable task) {
    executor.schedule(guarded(task), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  void every(Duration period, Runnable task) {
    // With a fixed delay, a process that was paused does not make up for the rounds it missed.
    executor.scheduleWithFixedDelay(guarded(task), 0, period.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    executor.shutdown();
  }

  private static Runnable guarded(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException e) {
        log.error("control task failed", e);
      }
    };
  }
}
