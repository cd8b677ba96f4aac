package io.velonx.gateway.fanout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.velonx.gateway.connection.MessageDeflater;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.connection.SlowConsumerPolicy;
import io.velonx.gateway.connection.Subscription;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.testing.TestConnection;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FanoutLoopTest {
  private static final ChannelName ROOM = ChannelName.room("a");
  private static final ChannelName OTHER = ChannelName.room("b");

  private final ChannelRegistry registry = new ChannelRegistry(1);
  private final GatewayMetrics metrics = new GatewayMetrics(new MetricRegistry());
  private final EmbeddedChannel loop = new EmbeddedChannel();
  private final FanoutLoop fanoutLoop = new FanoutLoop(loop.eventLoop(), 0, 10_000, metrics);
  private final Fanout fanout = new Fanout(registry, List.of(fanoutLoop));
  private final List<TestConnection> opened = new ArrayList<>();

  @AfterEach
  void close() {
    fanoutLoop.releaseAll();
    opened.forEach(TestConnection::close);
    loop.finishAndReleaseAll();
  }

  @Test
  void everySubscriberGetsEveryPublicationInOrder() {
    TestConnection one = open(ROOM);
    TestConnection two = open(ROOM);
    TestConnection elsewhere = open(OTHER);
    publish(ROOM, "1", "2", "3");
    loop.runPendingTasks();
    assertEquals(List.of("1", "2", "3"), one.takeTexts());
    assertEquals(List.of("1", "2", "3"), two.takeTexts());
    assertEquals(List.of(), elsewhere.takeTexts());
    assertEquals(6, metrics.deliveries.getCount());
  }

  @Test
  void whatWaitsForOneChannelLeavesInOneWrite() {
    TestConnection one = open(ROOM);
    publish(ROOM, "1", "2", "3");
    loop.runPendingTasks();
    assertEquals(1, one.takeWrites());
  }

  @ParameterizedTest
  @CsvSource({"1, 10, 1", "64, 10, 1", "65, 10, 2", "64, 1000, 4", "3, 16384, 3"})
  void queueOfThatDepthLeavesInAsFewWritesAsItsFramesAndBytesAllow(
      int publications, int octets, int writes) {
    FanoutLoop wide = new FanoutLoop(loop.eventLoop(), 0, 1_000_000, metrics);
    Fanout wideFanout = new Fanout(registry, List.of(wide));
    TestConnection one = open(ROOM);
    TestConnection two = open(ROOM);
    for (int i = 0; i < publications; i++) {
      wideFanout.publish(ROOM, frame("x".repeat(octets), Delivery.DURABLE));
    }
    loop.runPendingTasks();
    assertEquals(writes, one.takeWrites());
    assertEquals(writes, two.takeWrites());
    assertEquals(0, wide.queuedBytes());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void subscribersWithCompressionShareWhatIsDeflatedOnce(int publications) {
    try (MessageDeflater deflater = new MessageDeflater()) {
      for (int i = 0; i < 100; i++) {
        TestConnection connection =
            new TestConnection(i, "u" + i, 0, SlowConsumerPolicy.DEFAULT, deflater);
        opened.add(connection);
        registry.join(connection.connection(), ROOM);
      }
      for (int i = 0; i < publications; i++) {
        publish(ROOM, "x".repeat(1000));
      }
      loop.runPendingTasks();
      Set<Long> places = new HashSet<>();
      for (TestConnection connection : opened) {
        ByteBuf written = connection.channel().readOutbound();
        places.add(written.memoryAddress() + written.readerIndex());
        assertTrue(written.readableBytes() < 100 * publications, "not deflated");
        written.release();
      }
      assertEquals(1, places.size());
    }
  }

  @Test
  void whoBlocksTheAuthorGetsSomethingElseInItsPlaceAndOthersShareOneWrite() {
    TestConnection one = open(ROOM);
    TestConnection two = open(ROOM);
    TestConnection blocking = open(ROOM);
    blocking.connection().block(Set.of("eve"));
    for (String text : List.of(by("ada", 1), by("eve", 2), by("eve", 0), by("bob", 3))) {
      fanout.publish(
          ROOM,
          PreparedFrame.publication(
              ByteBufAllocator.DEFAULT, ROOM, text.getBytes(UTF_8), Delivery.DURABLE));
    }
    loop.runPendingTasks();
    assertEquals(1, one.takeWrites());
    assertEquals(List.of(by("ada", 1), by("eve", 2), by("eve", 0), by("bob", 3)), two.takeTexts());
    String gap =
        "{\"type\":\"GAP\",\"payload\":{\"channel\":\"room:a\",\"epoch\":\"e\",\"from\":2,"
            + "\"to\":2,\"recovered\":true}}";
    assertEquals(List.of(by("ada", 1), gap, by("bob", 3)), blocking.takeTexts());
    assertEquals(2, metrics.withheld.getCount());
    assertEquals(10, metrics.deliveries.getCount());

    blocking.connection().block(Set.of());
    publish(ROOM, "1", "2");
    loop.runPendingTasks();
    assertEquals(1, blocking.takeWrites());
  }

  @Test
  void standInIsMadeOnceForAllWhoBlockTheAuthor() {
    List<TestConnection> blocking = List.of(open(ROOM), open(ROOM));
    blocking.forEach(each -> each.connection().block(Set.of("eve")));
    fanout.publish(
        ROOM,
        PreparedFrame.publication(
            ByteBufAllocator.DEFAULT, ROOM, by("eve", 1).getBytes(UTF_8), Delivery.DURABLE));
    loop.runPendingTasks();
    Set<Long> places = new HashSet<>();
    for (TestConnection each : blocking) {
      ByteBuf written = each.channel().readOutbound();
      places.add(written.memoryAddress() + written.readerIndex());
      written.release();
    }
    assertEquals(1, places.size());
  }

  /**
   * @param offset 0 for no place
   */
  private static String by(String author, int offset) {
    return "{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"authorId\":\""
        + author
        + "\"}"
        + (offset == 0 ? "" : ",\"offset\":" + offset + ",\"epoch\":\"e\"")
        + "}";
  }

  @Test
  void channelsThatAlternateLeaveInOneWriteEachAndKeepTheirOrder() {
    TestConnection one = open(ROOM);
    registry.join(one.connection(), OTHER);
    publishAlternately();
    assertEquals(List.of("a1", "a2", "a3", "b1", "b2", "b3"), one.takeTexts());
    publishAlternately();
    assertEquals(2, one.takeWrites());
  }

  @Test
  void runThatIsFullLeavesTheRestOfItsChannelForTheNextTurn() {
    TestConnection one = open(ROOM);
    TestConnection other = open(OTHER);
    for (int i = 0; i < FanoutLoop.MAX_RUN_FRAMES + 1; i++) {
      publish(ROOM, "a" + i);
    }
    publish(OTHER, "b");
    loop.runPendingTasks();
    assertEquals(FanoutLoop.MAX_RUN_FRAMES + 1, one.takeTexts().size());
    assertEquals(List.of("b"), other.takeTexts());
  }

  @Test
  void taskThatFailsCostsOnlyItself() {
    TestConnection one = open(ROOM);
    publish(ROOM, "1");
    fanout.run(
        ROOM,
        one.connection(),
        () -> {
          throw new IllegalStateException("broken");
        });
    publish(ROOM, "2");
    loop.runPendingTasks();
    assertEquals(List.of("1", "2"), one.takeTexts());
    assertEquals(1, metrics.faults.getCount());
  }

  @Test
  void crowdIsWalkedInSlicesAndNobodyIsForgotten() {
    int crowd = FanoutLoop.WRITES_PER_SLICE * 2 + 10;
    List<TestConnection> all = IntStream.range(0, crowd).mapToObj(i -> open(ROOM)).toList();
    publish(ROOM, "1");
    loop.runPendingTasks();
    publish(ROOM, "2");
    loop.runPendingTasks();
    for (TestConnection connection : all) {
      assertEquals(List.of("1", "2"), connection.takeTexts());
    }
  }

  @Test
  void frameForOneConnectionReachesOnlyThatOne() {
    TestConnection one = open(ROOM);
    TestConnection two = open(ROOM);
    fanout.send(one.connection(), frame("dm", Delivery.DURABLE));
    loop.runPendingTasks();
    assertEquals(List.of("dm"), one.takeTexts());
    assertEquals(List.of(), two.takeTexts());
  }

  @Test
  void publicationForNobodyIsReleased() {
    publish(ChannelName.room("nobody"), "1");
    assertEquals(0, fanoutLoop.queuedBytes());
  }

  @Test
  void fullQueueRefusesAndCounts() {
    open(ROOM);
    String kilobyte = "x".repeat(1000);
    for (int i = 0; i < 12; i++) {
      publish(ROOM, kilobyte);
    }
    assertEquals(3, metrics.overflows.getCount());
    assertTrue(fanoutLoop.queuedBytes() <= 10_000);
    loop.runPendingTasks();
    assertEquals(0, fanoutLoop.queuedBytes());
  }

  @Test
  void slowConsumerIsClosedAndOthersStillReceive() {
    TestConnection slow = open(ROOM, new SlowConsumerPolicy(10, 20));
    TestConnection healthy = open(ROOM);
    publish(ROOM, "a message longer than the slow one's limit");
    loop.runPendingTasks();
    assertFalse(slow.connection().isOpen());
    assertEquals(
        1, metrics.registry().counter(MetricNames.CONNECTIONS_CLOSED + ".4101").getCount());
    assertEquals(1, healthy.takeTexts().size());
  }

  @Test
  void readerThatIsBehindMissesEphemeralFramesOnly() {
    TestConnection behind = open(ROOM, new SlowConsumerPolicy(1, 10_000));
    behind.channel().write(ByteBufAllocator.DEFAULT.buffer().writeZero(100));
    fanout.publish(ROOM, frame("typing", Delivery.EPHEMERAL));
    fanout.publish(ROOM, frame("chat", Delivery.DURABLE));
    loop.runPendingTasks();
    assertEquals(1, metrics.dropped.getCount());
    assertEquals(1, metrics.deliveries.getCount());
  }

  @Test
  void numberedFramesPassByWhoCatchesUpAndOthersDoNot() {
    TestConnection behind = open(ROOM);
    TestConnection other = open(ROOM);
    Subscription subscription = subscription(behind);
    registry.beginCatchUp(subscription);
    fanout.publish(ROOM, frame("1", Delivery.NUMBERED));
    fanout.publish(ROOM, frame("live", Delivery.DURABLE));
    fanout.run(ROOM, behind.connection(), () -> registry.endCatchUp(subscription));
    fanout.publish(ROOM, frame("2", Delivery.NUMBERED));
    assertTrue(registry.isCatchingUp(subscription));
    loop.runPendingTasks();
    assertEquals(List.of("live", "2"), behind.takeTexts());
    assertEquals(List.of("1", "live", "2"), other.takeTexts());
    assertEquals(5, metrics.deliveries.getCount());
    assertFalse(registry.isCatchingUp(subscription));
  }

  @Test
  void taskRunsInItsTurnBetweenTwoPublications() {
    TestConnection one = open(ROOM);
    publish(ROOM, "1");
    fanout.run(
        ROOM,
        one.connection(),
        () -> one.connection().send("in between".getBytes(UTF_8), Delivery.DURABLE));
    publish(ROOM, "2");
    loop.runPendingTasks();
    assertEquals(List.of("1", "in between", "2"), one.takeTexts());
  }

  @Test
  void whoLeavesWhileCatchingUpLeavesNoHole() {
    List<TestConnection> all = IntStream.range(0, 9).mapToObj(i -> open(ROOM)).toList();
    for (int i = 0; i < 9; i += 2) {
      registry.beginCatchUp(subscription(all.get(i)));
    }
    registry.leave(all.get(0).connection(), ROOM);
    registry.leave(all.get(8).connection(), ROOM);
    registry.leave(all.get(3).connection(), ROOM);
    fanout.publish(ROOM, frame("n", Delivery.NUMBERED));
    publish(ROOM, "d");
    loop.runPendingTasks();
    for (int i : new int[] {1, 5, 7}) {
      assertEquals(List.of("n", "d"), all.get(i).takeTexts());
    }
    for (int i : new int[] {2, 4, 6}) {
      assertEquals(List.of("d"), all.get(i).takeTexts());
    }
  }

  @Test
  void faultOfOursCostsOneRunAndIsCounted() {
    TestConnection one = open(ROOM);
    PreparedFrame released = frame("broken", Delivery.DURABLE);
    fanout.publish(ROOM, released);
    released.release();
    loop.runPendingTasks();
    publish(ROOM, "next");
    loop.runPendingTasks();
    assertEquals(List.of("next"), one.takeTexts());
    assertEquals(1, metrics.faults.getCount());
    registry.leave(one.connection(), ROOM);
    assertEquals(0, registry.channelCount());
  }

  private void publishAlternately() {
    for (int i = 1; i <= 3; i++) {
      publish(ROOM, "a" + i);
      publish(OTHER, "b" + i);
    }
    loop.runPendingTasks();
  }

  private static Subscription subscription(TestConnection of) {
    return Objects.requireNonNull(of.connection().subscription(ROOM));
  }

  private void publish(ChannelName channel, String... texts) {
    for (String text : texts) {
      fanout.publish(channel, frame(text, Delivery.DURABLE));
    }
  }

  private static PreparedFrame frame(String text, Delivery delivery) {
    return PreparedFrame.text(ByteBufAllocator.DEFAULT, text.getBytes(UTF_8), delivery);
  }

  private TestConnection open(ChannelName channel) {
    return open(channel, SlowConsumerPolicy.DEFAULT);
  }

  private TestConnection open(ChannelName channel, SlowConsumerPolicy policy) {
    TestConnection connection = new TestConnection(opened.size(), "u" + opened.size(), policy);
    opened.add(connection);
    registry.join(connection.connection(), channel);
    return connection;
  }
}
