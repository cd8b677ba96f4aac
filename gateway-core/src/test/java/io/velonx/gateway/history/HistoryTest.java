package io.velonx.gateway.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import io.velonx.gateway.backplane.LogSlice;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.fanout.ChannelRegistry;
import io.velonx.gateway.fanout.Fanout;
import io.velonx.gateway.fanout.FanoutLoop;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.testing.ManualScheduler;
import io.velonx.gateway.testing.RecordingBackplane;
import io.velonx.gateway.testing.TestConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HistoryTest {
  private static final ChannelName ROOM = ChannelName.room("a");
  private static final Duration ROUND = Duration.ofSeconds(26);

  private final RecordingBackplane backplane = new RecordingBackplane();
  private final ManualScheduler scheduler = new ManualScheduler();
  private final GatewayMetrics metrics = new GatewayMetrics(new MetricRegistry());
  private final ChannelRegistry channels = new ChannelRegistry(1);
  private final EmbeddedChannel loop = new EmbeddedChannel();
  private final FanoutLoop fanoutLoop = new FanoutLoop(loop.eventLoop(), 0, 10_000, metrics);
  private final TestConnection subscriber = new TestConnection(1, "anna");
  private final History history =
      new History(
          new HistoryPolicy(Map.of("room:", Retention.DEFAULT)),
          backplane,
          channels,
          new Fanout(channels, List.of(fanoutLoop)),
          scheduler.executor(),
          scheduler::nanoTime,
          metrics);

  @BeforeEach
  void subscribe() {
    history.start();
    channels.join(subscriber.connection(), ROOM);
    history.catchUp(ROOM, null, at -> {});
    answer(5);
  }

  @AfterEach
  void close() {
    fanoutLoop.releaseAll();
    subscriber.close();
    loop.finishAndReleaseAll();
  }

  @Test
  void quietChannelIsReadOnceInARound() {
    scheduler.advance(ROUND);
    answer(6, "lost on the bus");
    loop.runPendingTasks();
    assertEquals(List.of("lost on the bus"), subscriber.takeTexts());
    scheduler.advance(ROUND);
    assertEquals(1, backplane.reads.size());
  }

  @Test
  void logIsKeptForAWhileAndForgottenThen() {
    history.accept(ROOM, new Position("e", 6), "six".getBytes(UTF_8));
    assertTrue(gauge(MetricNames.HISTORY_RING_BYTES) > 0);
    channels.leave(subscriber.connection(), ROOM);
    history.left(ROOM);
    scheduler.advance(Duration.ofSeconds(20));
    assertEquals(1, gauge(MetricNames.HISTORY_CHANNELS));
    scheduler.advance(ROUND.multipliedBy(2));
    assertEquals(0, gauge(MetricNames.HISTORY_CHANNELS));
    assertEquals(0, gauge(MetricNames.HISTORY_RING_BYTES));
    assertEquals(0, backplane.reads.size());
    loop.runPendingTasks();
  }

  @Test
  void thoseWhoWantTheSamePageShareOneRead() {
    CompletableFuture<HistoryPage> one = history.page(ROOM, 4L, 2).toCompletableFuture();
    CompletableFuture<HistoryPage> two = history.page(ROOM, 4L, 2).toCompletableFuture();
    assertEquals(List.of("read room:a 1 2"), backplane.calls);
    byte[] entry = "x".getBytes(UTF_8);
    backplane.reads.remove().complete(new LogSlice("e", 5, 2, 1, List.of(entry, entry)));
    assertSame(entry, one.join().messages().get(0));
    assertTrue(two.join().more());
    backplane.calls.clear();
    CompletableFuture<HistoryPage> all = history.page(ROOM, null, 50).toCompletableFuture();
    assertEquals(List.of("read room:a -50 50"), backplane.calls);
    backplane.reads.remove().complete(new LogSlice("e", 5, 1, 1, List.of(entry)));
    assertFalse(all.join().more());
  }

  @Test
  void policyIsThatOfTheLongestPrefix() {
    HistoryPolicy policy =
        new HistoryPolicy(
            Map.of(
                "room:", Retention.DEFAULT,
                "room:quiet", Retention.NONE));
    assertTrue(policy.keeps(ROOM));
    assertFalse(policy.keeps(ChannelName.room("quiet-1")));
    assertFalse(policy.keeps(ChannelName.group("a")));
  }

  private void answer(long tip, String... entries) {
    backplane.calls.clear();
    List<byte[]> octets = List.of(entries).stream().map(text -> text.getBytes(UTF_8)).toList();
    long first = tip - entries.length + 1;
    backplane.reads.remove().complete(new LogSlice("e", tip, first, 1, octets));
  }

  private long gauge(String name) {
    Object value = Objects.requireNonNull(metrics.registry().getGauges().get(name)).getValue();
    return ((Number) value).longValue();
  }
}
