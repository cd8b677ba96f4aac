package io.velonx.gateway.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.velonx.gateway.auth.Credential;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.testing.RawClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeartbeatSweepTest {
  private static final int TEXT = 0x81;
  private static final int PING = 0x89;
  private static final int CLOSE = 0x88;

  private final PipelineConfig config =
      new TestConfig()
          .heartbeatInterval(Duration.ofSeconds(25))
          .closeTimeout(Duration.ofSeconds(5))
          .build();
  private long nowMillis;
  private final HeartbeatSweep sweep =
      new HeartbeatSweep(config, new OutboundTotal(config.maxOutboundBytes()), () -> nowMillis);
  private final LoopState loop =
      new LoopState(0, new EchoListener(), sweep, new GatewayMetrics(new MetricRegistry()));
  private final List<EmbeddedChannel> channels = new ArrayList<>();

  @AfterEach
  void releaseAll() {
    channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    assertEquals(0, sweep.size());
  }

  @Test
  void aRoundTakesNoLongerThanASecondByDefault() {
    assertEquals(250, sweep.intervalTicks());
    assertEquals(50, sweep.closeTicks());
  }

  @Test
  void clientIsToldOnceThatItsTokenEndsAndClosedAfterTheTolerance() {
    nowMillis = 1_000_000;
    EmbeddedChannel channel = open(new Credential(0, nowMillis + 61_000, null, null));
    tick(HeartbeatSweep.SLICES + 1);
    assertNull(channel.readOutbound());
    nowMillis += 1_000;
    tick(HeartbeatSweep.SLICES + 1);
    assertEquals(TEXT, takeOpening(channel));
    nowMillis += 60_000 + 14_999;
    tick(HeartbeatSweep.SLICES + 1);
    assertNull(channel.readOutbound());
    nowMillis++;
    tick(HeartbeatSweep.SLICES + 1);
    assertEquals(CLOSE, takeOpening(channel));
  }

  @Test
  void tokenWithoutAnEndNeverEnds() {
    EmbeddedChannel channel = open(null);
    nowMillis = Long.MAX_VALUE / 2;
    tick(HeartbeatSweep.SLICES + 1);
    assertNull(channel.readOutbound());
  }

  @Test
  void silentPeerIsPingedOnceAfterAnInterval() {
    EmbeddedChannel channel = open();
    tick(sweep.intervalTicks() - 1);
    assertNull(channel.readOutbound());
    tick(HeartbeatSweep.SLICES + 1);
    assertEquals(PING, takeOpening(channel));
    tick(sweep.intervalTicks() / 2);
    assertNull(channel.readOutbound());
  }

  @Test
  void peerThatStaysSilentIsClosedAfterTwoIntervals() {
    EmbeddedChannel channel = open();
    tick(2 * sweep.intervalTicks() - 1);
    assertEquals(PING, takeOpening(channel));
    assertNull(channel.readOutbound());
    tick(HeartbeatSweep.SLICES + 1);
    ByteBuf close = channel.readOutbound();
    assertEquals(CLOSE, close.getUnsignedByte(0));
    assertEquals(CloseReason.HEARTBEAT_TIMEOUT.code(), close.getUnsignedShort(2));
    close.release();
  }

  @Test
  void anyFrameIsASignOfLife() {
    EmbeddedChannel channel = open();
    for (int i = 0; i < 10; i++) {
      tick(sweep.intervalTicks() - HeartbeatSweep.SLICES);
      channel.writeInbound(Unpooled.wrappedBuffer(RawClient.frame(RawClient.PONG, new byte[0])));
    }
    assertNull(channel.readOutbound());
  }

  @Test
  void peerThatAnswersPingsIsPingedAgainLater() {
    EmbeddedChannel channel = open();
    for (int i = 0; i < 5; i++) {
      tick(sweep.intervalTicks() + HeartbeatSweep.SLICES);
      assertEquals(PING, takeOpening(channel));
      assertNull(channel.readOutbound());
      channel.writeInbound(Unpooled.wrappedBuffer(RawClient.frame(RawClient.PONG, new byte[0])));
    }
  }

  @Test
  void timeThatPassesWithoutTicksBlamesNobody() {
    EmbeddedChannel channel = open();
    channel.freezeTime();
    channel.advanceTimeBy(1, TimeUnit.HOURS);
    tick(HeartbeatSweep.SLICES);
    assertNull(channel.readOutbound());
    assertTrue(channel.isOpen());
  }

  @Test
  void ticksMissedDuringAStopAreNotMadeUpFor() {
    EmbeddedChannel clock = open();
    clock.freezeTime();
    sweep.start(clock.eventLoop());
    clock.advanceTimeBy(1, TimeUnit.HOURS);
    clock.runScheduledPendingTasks();
    assertTrue(sweep.now() <= 2, "ticks: " + sweep.now());
  }

  @Test
  void peerThatDoesNotAnswerOurCloseIsEndedAfterTheTimeout() {
    EmbeddedChannel channel = open();
    members(connection -> connection.close(CloseReason.DRAINED));
    assertEquals(CLOSE, takeOpening(channel));
    tick(sweep.closeTicks() - 1);
    assertTrue(channel.isOpen());
    tick(2 * HeartbeatSweep.SLICES);
    assertFalse(channel.isOpen());
  }

  @Test
  void membersComeAndGoInAnyOrder() {
    Random random = new Random(11);
    List<EmbeddedChannel> alive = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      if (alive.isEmpty() || random.nextInt(3) > 0) {
        alive.add(open());
      } else {
        alive.remove(random.nextInt(alive.size())).finishAndReleaseAll();
      }
      Set<Object> expected = new HashSet<>();
      alive.forEach(channel -> expected.add(channel.id()));
      Set<Object> seen = new HashSet<>();
      members(connection -> seen.add(connection.socketChannel().id()));
      assertEquals(expected, seen);
      assertEquals(alive.size(), sweep.size());
    }
  }

  @Test
  void everySliceTogetherIsEverybody() {
    List<EmbeddedChannel> all = new ArrayList<>();
    for (int i = 0; i < 37; i++) {
      all.add(open());
    }
    tick(sweep.intervalTicks() + HeartbeatSweep.SLICES - 1);
    for (EmbeddedChannel channel : all) {
      assertEquals(PING, takeOpening(channel));
      assertNull(channel.readOutbound());
    }
  }

  private List<Connection> members(Consumer<Connection> action) {
    List<Connection> members = new ArrayList<>();
    sweep.forEach(
        connection -> {
          members.add(connection);
          action.accept(connection);
        });
    return members;
  }

  private EmbeddedChannel open() {
    return open(null);
  }

  private EmbeddedChannel open(@Nullable Credential credential) {
    EmbeddedChannel channel = new EmbeddedChannel();
    channels.add(channel);
    ConnectionHandler handler = new ConnectionHandler(config, loop, false);
    channel.pipeline().addLast(handler);
    handler.open(
        new Connection(
            channels.size(),
            new Principal("u", null, null, credential),
            channel.pipeline().context(handler),
            0,
            config.slowConsumerPolicy()));
    handler.channelReadComplete(channel.pipeline().context(handler));
    return channel;
  }

  private void tick(int times) {
    for (int i = 0; i < times; i++) {
      sweep.tick();
    }
  }

  private static int takeOpening(EmbeddedChannel channel) {
    ByteBuf frame = channel.readOutbound();
    int opening = frame.getUnsignedByte(0);
    frame.release();
    return opening;
  }
}
