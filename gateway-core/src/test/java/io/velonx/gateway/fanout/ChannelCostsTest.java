package io.velonx.gateway.fanout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.connection.SlowConsumerPolicy;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.testing.TestConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChannelCostsTest {
  private static final ChannelName LOUD = ChannelName.room("loud");
  private static final ChannelName QUIET = ChannelName.room("quiet");
  private static final ChannelName SILENT = ChannelName.room("silent");
  private static final double ROUNDING = 1e-9;

  /** So many writes of a channel are not worth noting. */
  private static final int FEW = 7;

  /** The octets of a frame with a text shorter than 126. */
  private static final long FRAME_HEADER = 2;

  private final ChannelRegistry registry = new ChannelRegistry(2);
  private final GatewayMetrics metrics = new GatewayMetrics(new MetricRegistry());
  private final List<EmbeddedChannel> eventLoops =
      List.of(new EmbeddedChannel(), new EmbeddedChannel());
  private final List<TestConnection> opened = new ArrayList<>();
  private long now = -3 * Cost.SPAN_NANOS;
  private long tick;
  private final List<FanoutLoop> loops =
      IntStream.range(0, 2)
          .mapToObj(
              index ->
                  new FanoutLoop(
                      eventLoops.get(index).eventLoop(),
                      index,
                      1_000_000,
                      metrics,
                      () -> now += tick))
          .toList();
  private final Fanout fanout = new Fanout(registry, loops);

  @AfterEach
  void close() {
    loops.forEach(FanoutLoop::releaseAll);
    opened.forEach(TestConnection::close);
    eventLoops.forEach(EmbeddedChannel::finishAndReleaseAll);
  }

  @Test
  void firstFewWritesOfAChannelAreAmongThoseOfAllOnly() {
    TestConnection one = new TestConnection(0, "u");
    opened.add(one);
    registry.join(one.connection(), LOUD);
    for (int i = 0; i < FEW; i++) {
      publish(LOUD, "x", 1);
    }
    now += Cost.SPAN_NANOS;
    assertEquals(0, costOf(LOUD).deliveries());
    assertEquals(FEW, costs().deliveries());
    publish(LOUD, "x", 1);
    now += Cost.SPAN_NANOS;
    assertEquals(1, costOf(LOUD).deliveries());
  }

  @Test
  void costsAreThoseOfTheLastSpanThatIsOverAndOfAllLoops() {
    join(LOUD, 0, 3);
    join(LOUD, 1, 1);
    join(QUIET, 1, 1);
    join(SILENT, 0, 1);
    publish(LOUD, "12345678", 2);
    publish(QUIET, "12345678", 1);
    assertEquals(new ChannelCost(LOUD, 0, 0, 0, 0), costOf(LOUD));

    now += Cost.SPAN_NANOS;
    long frame = FRAME_HEADER + 8;
    // Two frames to one reader are one write.
    double loudWeight = 4 * 4096 + 8 * frame;
    double quietWeight = 4096 + frame;
    double share = loudWeight / (loudWeight + quietWeight);
    assertEquals(new ChannelCost(LOUD, 2, 8, 8 * frame, share), costOf(LOUD));
    assertEquals(1 - share, costOf(QUIET).share(), ROUNDING);
    assertEquals(new ChannelCost(SILENT, 0, 0, 0, 0), costOf(SILENT));
    assertEquals(9, costs().deliveries());
    assertEquals(9 * frame, costs().octets());

    publish(LOUD, "1", 1);
    assertEquals(8, costOf(LOUD).deliveries());
    now += Cost.SPAN_NANOS;
    assertEquals(4, costOf(LOUD).deliveries());
    assertEquals(0, costOf(QUIET).deliveries());
    now += Cost.SPAN_NANOS;
    assertEquals(new ChannelCost(LOUD, 0, 0, 0, 0), costOf(LOUD));
    assertEquals(0, costs().deliveries());
  }

  @Test
  void crowdThatTakesSeveralSlicesIsOnePublication() {
    join(LOUD, 0, FanoutLoop.WRITES_PER_SLICE + 1);
    publish(LOUD, "x", 1);
    now += Cost.SPAN_NANOS;
    assertEquals(1, costOf(LOUD).publications());
    assertEquals(FanoutLoop.WRITES_PER_SLICE + 1, costOf(LOUD).deliveries());
  }

  @Test
  void whatIsSentToOneUserIsNoCostOfAChannelButOfAll() {
    join(LOUD, 0, 1);
    publish(LOUD, "x", 1);
    fanout.send(opened.get(0).connection(), frame("x"));
    runAll();
    now += Cost.SPAN_NANOS;
    assertEquals(0.5, costOf(LOUD).share());
    assertEquals(2, costs().deliveries());
  }

  @Test
  void whoCatchesUpCostsNoDelivery() {
    join(LOUD, 0, 1);
    registry.beginCatchUp(Objects.requireNonNull(opened.get(0).connection().subscription(LOUD)));
    fanout.publish(
        LOUD, PreparedFrame.text(ByteBufAllocator.DEFAULT, new byte[1], Delivery.NUMBERED));
    runAll();
    now += Cost.SPAN_NANOS;
    assertEquals(new ChannelCost(LOUD, 1, 0, 0, 0), costOf(LOUD));
    assertEquals(0, costs().deliveries());
  }

  @Test
  void timeOfOneSliceInSixteenStandsForAll() {
    join(LOUD, 0, 1);
    tick = 1000;
    for (int i = 0; i < 2 * FanoutLoop.TIMED_EVERY; i++) {
      publish(LOUD, "x", 1);
    }
    tick = 0;
    now += Cost.SPAN_NANOS;
    double nanos = 2 * FanoutLoop.TIMED_EVERY * 1000;
    assertEquals(nanos / Cost.SPAN_NANOS, costs().processors());
  }

  private ChannelCosts costs() {
    return new ChannelCosts(registry, loops, () -> now);
  }

  private ChannelCost costOf(ChannelName channel) {
    List<ChannelCost> found = new ArrayList<>();
    costs().forEach(channel::equals, found::add);
    assertEquals(1, found.size());
    return found.get(0);
  }

  private void join(ChannelName channel, int loop, int readers) {
    for (int i = 0; i < readers; i++) {
      TestConnection connection =
          new TestConnection(opened.size(), "u" + opened.size(), loop, SlowConsumerPolicy.DEFAULT);
      opened.add(connection);
      registry.join(connection.connection(), channel);
    }
    LocalChannel joined = Objects.requireNonNull(registry.find(channel));
    Objects.requireNonNull(joined.subscribers(loop)).costIn(0, FEW + 1);
  }

  private void publish(ChannelName channel, String text, int times) {
    for (int i = 0; i < times; i++) {
      fanout.publish(channel, frame(text));
    }
    runAll();
  }

  private void runAll() {
    for (int i = 0; i < 3; i++) {
      eventLoops.forEach(EmbeddedChannel::runPendingTasks);
    }
  }

  private static PreparedFrame frame(String text) {
    return PreparedFrame.text(ByteBufAllocator.DEFAULT, text.getBytes(UTF_8), Delivery.DURABLE);
  }
}
