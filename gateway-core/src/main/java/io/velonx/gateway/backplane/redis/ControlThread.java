package io.velonx.gateway.backplane.redis;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread on which topics, leases and reaping are decided, so that their state needs no
 * lock: an event loop, and the same that reads the sockets of Redis, because a hand-over from
 * thread to thread costs more than most of what is decided. Nothing on it waits.
 *
 * <p>Threading: any thread may add; after {@link #close} tasks are dropped.
 */
final class ControlThread implements Executor, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControlThread.class);

  private final EventLoop eventLoop;
  private volatile boolean closed;

  ControlThread(EventLoop eventLoop) {
    this.eventLoop = eventLoop;
  }

  @Override
  public void execute(Runnable task) {
    if (!closed) {
      eventLoop.execute(() -> run(task));
    }
  }

  /** The clock of the timers. Threading: any thread. */
  long nanoTime() {
    return eventLoop.ticker().nanoTime();
  }

  void after(Duration delay, Runnable task) {
    if (!closed) {
      eventLoop.schedule(() -> run(task), delay.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Runs the task now and then again and again, until closed. */
  void every(Duration period, Runnable task) {
    // Each round schedules the next one, so that a process that was paused does not make up for
    // the rounds it missed.
    execute(
        () -> {
          try {
            task.run();
          } finally {
            after(period, () -> every(period, task));
          }
        });
  }

  @Override
  public void close() {
    closed = true;
  }

  private void run(Runnable task) {
    if (closed) {
      return;
    }
    try {
      task.run();
    } catch (RuntimeException e) {
      log.error("control task failed", e);
    }
  }
}
