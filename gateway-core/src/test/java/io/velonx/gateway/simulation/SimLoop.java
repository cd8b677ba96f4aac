package io.velonx.gateway.simulation;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.AbstractScheduledEventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** An event loop whose turn comes when the world says so. */
@SuppressWarnings("deprecation")
final class SimLoop extends AbstractScheduledEventExecutor implements IoEventLoop {
  private final World world;
  private final String name;
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final Ticker ticker;
  private long pausedUntil;
  private boolean dead;

  SimLoop(World world, String name) {
    this.world = world;
    this.name = name;
    ticker =
        new Ticker() {
          @Override
          public long initialNanoTime() {
            return 0;
          }

          @Override
          public long nanoTime() {
            return world.nanoTime();
          }

          @Override
          public void sleep(long delay, TimeUnit unit) {
            throw new UnsupportedOperationException("nothing waits on a loop");
          }
        };
    world.add(this);
  }

  /** Stands still until then, as a process that was stopped. */
  void pauseUntil(long nanos) {
    pausedUntil = Math.max(pausedUntil, nanos);
  }

  void resume() {
    pausedUntil = 0;
  }

  /** Runs nothing any more. */
  void die() {
    dead = true;
    tasks.clear();
    world.as(this, this::cancelScheduledTasks);
    tasks.clear();
    world.remove(this);
  }

  boolean isReady() {
    if (pausedUntil > world.nanoTime()) {
      return false;
    }
    return !tasks.isEmpty() || hasDueTimer();
  }

  /** When it may become ready by itself. */
  long nextNanos() {
    long due = tasks.isEmpty() ? nextScheduledTaskDeadlineNanos() : world.nanoTime();
    return due < 0 ? Long.MAX_VALUE : Math.max(due, pausedUntil);
  }

  void runNext() {
    if (hasDueTimer()) {
      for (Runnable due = pollScheduledTask(world.nanoTime());
          due != null;
          due = pollScheduledTask(world.nanoTime())) {
        tasks.add(due);
      }
    }
    Runnable task = tasks.poll();
    if (task != null) {
      try {
        task.run();
      } catch (RuntimeException | AssertionError failure) {
        StackTraceElement[] stack = failure.getStackTrace();
        world.violated(
            "a task of "
                + name
                + " failed: "
                + failure
                + (stack.length > 0 ? " at " + stack[0] : ""));
      }
    }
  }

  @Override
  public void execute(Runnable task) {
    if (!dead) {
      tasks.add(task);
    }
  }

  @Override
  public void lazyExecute(Runnable task) {
    execute(task);
  }

  @Override
  public boolean inEventLoop(Thread thread) {
    return world.isRunning(this);
  }

  @Override
  public Ticker ticker() {
    return ticker;
  }

  @Override
  public IoEventLoop next() {
    return this;
  }

  @Override
  public EventLoopGroup parent() {
    return this;
  }

  @Override
  public ChannelFuture register(Channel channel) {
    return register(new DefaultChannelPromise(channel, this));
  }

  @Override
  public ChannelFuture register(ChannelPromise promise) {
    promise.channel().unsafe().register(this, promise);
    return promise;
  }

  @Override
  public ChannelFuture register(Channel channel, ChannelPromise promise) {
    return register(promise);
  }

  @Override
  public Future<IoRegistration> register(IoHandle handle) {
    throw new UnsupportedOperationException("no system calls here");
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return false;
  }

  @Override
  public boolean isIoType(Class<? extends IoHandler> handlerType) {
    return false;
  }

  @Override
  public boolean isShuttingDown() {
    return dead;
  }

  @Override
  public boolean isShutdown() {
    return dead;
  }

  @Override
  public boolean isTerminated() {
    return dead;
  }

  @Override
  public boolean awaitTermination(long timeout, TimeUnit unit) {
    return dead;
  }

  @Override
  public void shutdown() {
    throw new UnsupportedOperationException("a loop ends with its node");
  }

  @Override
  public Future<?> shutdownGracefully(long quietPeriod, long timeout, TimeUnit unit) {
    throw new UnsupportedOperationException("a loop ends with its node");
  }

  @Override
  public Future<?> terminationFuture() {
    throw new UnsupportedOperationException("a loop ends with its node");
  }

  @Override
  public String toString() {
    return name;
  }

  private boolean hasDueTimer() {
    long due = nextScheduledTaskDeadlineNanos();
    return due >= 0 && due <= world.nanoTime();
  }
}
