package io.velonx.gateway.fanout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.connection.SlowConsumerPolicy;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.testing.TestConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Publications to channels whose subscribers come and go between the slices of two event loops,
 * compared with who was there. Seeded; {@code -Dstress.seed=N} plays one again, up to the
 * scheduling of the threads.
 */
class FanoutStressTest {
  private static final int LOOPS = 2;
  private static final int CHANNELS = 3;
  private static final int CONNECTIONS = 300;
  private static final int PUBLICATIONS = 300;

  private final long seed = Long.getLong("stress.seed", System.nanoTime());
  private final GatewayMetrics metrics = new GatewayMetrics(new MetricRegistry());
  private final ChannelRegistry registry = new ChannelRegistry(LOOPS);

  /**
   * Who stays subscribed gets everything in order and nothing twice; who comes and goes gets parts
   * of it, in order and nothing twice; and at the end nothing is left, of frames or of entries.
   */
  @Test
  @Timeout(60)
  void everySubscriberGetsWhatWasPublishedWhileHeWasThere() throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(LOOPS, NioIoHandler.newFactory());
    try {
      List<Loop> loops = new ArrayList<>();
      for (int i = 0; i < LOOPS; i++) {
        Loop loop = new Loop(group.next(), i);
        loop.eventLoop.submit(loop::open).get();
        loops.add(loop);
      }
      Fanout fanout = new Fanout(registry, loops.stream().map(loop -> loop.fanoutLoop).toList());
      Random random = new Random(seed);
      for (int i = 0; i < PUBLICATIONS; i++) {
        for (int channel = 0; channel < CHANNELS; channel++) {
          byte[] number = Integer.toString(i).getBytes(UTF_8);
          fanout.publish(
              name(channel),
              PreparedFrame.text(UnpooledByteBufAllocator.DEFAULT, number, Delivery.DURABLE));
        }
        Loop churned = loops.get(random.nextInt(LOOPS));
        int times = random.nextInt(20);
        churned.eventLoop.execute(() -> churned.churn(times));
      }
      for (Loop loop : loops) {
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> loop.eventLoop.submit(loop::hasAll).get());
        loop.eventLoop.submit(loop::close).get();
        assertEquals(0, loop.fanoutLoop.queuedBytes(), "seed " + seed);
      }
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
    assertEquals(0, metrics.faults.getCount(), "seed " + seed);
    assertEquals(0, metrics.overflows.getCount(), "seed " + seed);
    assertEquals(0, registry.channelCount(), "seed " + seed);
    assertEquals(0, registry.subscriptionCount(), "seed " + seed);
  }

  private static ChannelName name(int channel) {
    return ChannelName.room("c" + channel);
  }

  /** An event loop and its connections; but for the constructor, on that loop. */
  private final class Loop {
    private final EventLoop eventLoop;
    private final int index;
    private final FanoutLoop fanoutLoop;
    private final Random random;
    private final List<TestConnection> connections = new ArrayList<>();
    private final List<List<Integer>> received = new ArrayList<>();

    Loop(EventLoop eventLoop, int index) {
      this.eventLoop = eventLoop;
      this.index = index;
      random = new Random(seed + index + 1);
      fanoutLoop = new FanoutLoop(eventLoop, index, 100_000_000, metrics);
    }

    /** Each connection is in one channel. */
    void open() {
      for (int i = 0; i < CONNECTIONS; i++) {
        TestConnection connection =
            new TestConnection(i, "u" + i, index, SlowConsumerPolicy.DEFAULT);
        connections.add(connection);
        received.add(new ArrayList<>());
        registry.join(connection.connection(), channelOf(i));
      }
    }

    /** One after the other, each behind the slice that is due then: also in the midst of a walk. */
    void churn(int times) {
      comeOrGo(random.nextInt(CONNECTIONS));
      if (times > 0) {
        eventLoop.execute(() -> churn(times - 1));
      }
    }

    /** Whether those who stayed got everything. */
    boolean hasAll() {
      boolean all = true;
      for (int i = 0; i < CONNECTIONS; i++) {
        for (String text : connections.get(i).takeTexts()) {
          received.get(i).add(Integer.valueOf(text));
        }
        all &= isGuest(i) || received.get(i).size() >= PUBLICATIONS;
      }
      return all;
    }

    void close() {
      for (int i = 0; i < CONNECTIONS; i++) {
        List<Integer> numbers = received.get(i);
        for (int k = 1; k < numbers.size(); k++) {
          assertTrue(numbers.get(k - 1) < numbers.get(k), "out of order, seed " + seed);
        }
        registry.leaveAll(connections.get(i).connection());
        connections.get(i).close();
      }
    }

    private void comeOrGo(int i) {
      Connection connection = connections.get(i).connection();
      if (isGuest(i)) {
        boolean was = connection.subscription(channelOf(i)) != null;
        boolean changed =
            was
                ? registry.leave(connection, channelOf(i))
                : registry.join(connection, channelOf(i));
        assertTrue(changed, "seed " + seed);
        assertEquals(was ? 0 : 1, connection.subscriptionCount(), "seed " + seed);
      }
    }

    /** Every second one of a channel. */
    private static boolean isGuest(int i) {
      return i / CHANNELS % 2 == 0;
    }

    private static ChannelName channelOf(int i) {
      return name(i % CHANNELS);
    }
  }
}
