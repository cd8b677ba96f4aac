package io.velonx.gateway.testing;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A thread whose time stands still until the test moves it. Threading: the test's thread. */
public final class ManualScheduler {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private long nowNanos = 1;

  public ManualScheduler() {
    channel.freezeTime();
  }

  public ScheduledExecutorService executor() {
    return channel.eventLoop();
  }

  public long nanoTime() {
    return nowNanos;
  }

  /** Runs what was handed in. */
  public void run() {
    channel.runPendingTasks();
  }

  /** Time passes and nothing runs, as when the process stood still. */
  public void pause(Duration time) {
    nowNanos += time.toNanos();
  }

  /** Lets time pass in small steps, and runs what falls due. */
  public void advance(Duration time) {
    run();
    Duration step = Duration.ofMillis(10);
    for (Duration left = time; !left.isZero(); left = left.minus(step)) {
      if (left.compareTo(step) < 0) {
        step = left;
      }
      nowNanos += step.toNanos();
      channel.advanceTimeBy(step.toNanos(), TimeUnit.NANOSECONDS);
      channel.runScheduledPendingTasks();
      run();
    }
  }
}
