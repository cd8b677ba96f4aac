package io.velonx.gateway.fanout;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.MessageType.Delivery;
import java.lang.reflect.Proxy;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * A publisher offers while the loop ends a slice: nothing stays in the queue without a task that
 * will look, and the octets of the queue are counted right. Run by {@code scripts/bench races}.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "all of it was taken")
@Outcome(expect = Expect.FORBIDDEN, desc = "a wake-up was lost, or octets were miscounted")
@State
public class FanoutLoopRaces {
  private static final GatewayMetrics METRICS = new GatewayMetrics(new MetricRegistry());
  private static final LocalChannel NOBODY = new LocalChannel(ChannelName.room("a"), 1);

  /** Never released. */
  private static final PreparedFrame FRAME =
      PreparedFrame.text(UnpooledByteBufAllocator.DEFAULT, "x".getBytes(UTF_8), Delivery.DURABLE);

  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final FanoutLoop loop = new FanoutLoop(eventLoop(tasks), 0, 1_000, METRICS);

  /** A publication waits, and the loop knows. */
  public FanoutLoopRaces() {
    loop.offer(NOBODY, FRAME.retain());
  }

  /** A publisher. */
  @Actor
  public void publish() {
    loop.offer(NOBODY, FRAME.retain());
  }

  /** The event loop. */
  @Actor
  public void run() {
    runTasks();
  }

  /** The event loop, later on. */
  @Arbiter
  public void look(JJ_Result result) {
    runTasks();
    result.r1 = loop.queuedBytes();
    loop.releaseAll();
    result.r2 = tasks.size();
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  /** One that only collects its tasks. */
  private static EventLoop eventLoop(Queue<Runnable> tasks) {
    return (EventLoop)
        Proxy.newProxyInstance(
            EventLoop.class.getClassLoader(),
            new Class<?>[] {EventLoop.class},
            (proxy, method, arguments) -> answer(tasks, method.getName(), arguments));
  }

  private static @Nullable Object answer(
      Queue<Runnable> tasks, String method, Object @Nullable [] arguments) {
    if (method.equals("execute") && arguments != null) {
      tasks.add((Runnable) arguments[0]);
      return null;
    }
    if (method.equals("isShuttingDown")) {
      return false;
    }
    throw new UnsupportedOperationException(method);
  }
}
