package io.velonx.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.util.internal.PlatformDependent;
import io.velonx.gateway.connection.SlowConsumerPolicy;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.RawClient;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Sockets that stop reading: what they cost themselves, and that they cost nobody else anything.
 */
@Timeout(120)
class SlowReadersIT {
  private static final ChannelName ROOM = ChannelName.room("a");
  private static final int SMALL_BUFFER = 4 * 1024;
  private static final int MIB = 1024 * 1024;

  /** Would let a single reader have far more waiting than these tests make wait. */
  private static final SlowConsumerPolicy PATIENT = new SlowConsumerPolicy(64 * 1024, 256 * MIB);

  private final List<RawClient> stalled = new ArrayList<>();
  private TestNode node = TestNode.start(settings -> settings);

  @AfterEach
  void freshConnectionWorks() {
    stalled.forEach(RawClient::close);
    try (WsClient fresh = node.open("fresh")) {
      fresh.command("{'type':'PING'}");
      fresh.expect("PONG");
    } finally {
      node.close();
    }
  }

  @Test
  void stalledReadersAreClosedAndCostOthersNothing() {
    int readers = 20;
    for (int i = 0; i < readers; i++) {
      stall("slow" + i, ROOM);
    }
    try (WsClient reader = node.open("anna")) {
      reader.subscribe(ROOM.text());
      long before = PlatformDependent.usedDirectMemory();
      int count = 4_000;
      for (int i = 0; i < count; i++) {
        publish(ROOM, i, 4_000);
        assertEquals(i, reader.expect("CHAT_MESSAGE").path("payload").path("n").asInt());
      }
      assertEquals(readers, closed(4101));
      // 16 MB were published to each of them; what waited was shared, and never more than 1 MiB.
      long after = PlatformDependent.usedDirectMemory();
      assertTrue(after - before < 32L * MIB, before + " to " + after);
      assertEquals(0, node.gateway().metrics().dropped.getCount());
      await().until(() -> node.gateway().getConnectionStats().totalConnections() == 1);
      await().until(() -> node.gauge(MetricNames.CONNECTIONS_OUTBOUND_BYTES) == 0);
      assertEquals(1, node.gauge(MetricNames.SOCKETS_OPEN));
    }
  }

  @Test
  void stalledReaderFindsAllThatWasWrittenAndThen4101() {
    RawClient slow = stall("slow", ROOM);
    int published = 0;
    while (closed(4101) == 0) {
      publish(ROOM, published++, 30_000);
    }
    int received = 0;
    RawClient.Frame frame = slow.readFrame();
    while (frame.opcode() != RawClient.CLOSE) {
      if (frame.text().contains("CHAT_MESSAGE")) {
        assertTrue(frame.text().contains("\"n\":" + received + ","), "a gap before the end");
        received++;
      }
      frame = slow.readFrame();
    }
    assertEquals(4101, frame.closeCode());
    assertTrue(received > 0 && received < published, received + " of " + published);
  }

  @Test
  void readerThatTakesNothingIsClosedThoughLittleWaits() {
    restart(settings -> settings.stallTimeout(Duration.ofSeconds(1)).slowConsumerPolicy(PATIENT));
    stall("slow", ROOM);
    try (WsClient reader = node.open("anna")) {
      reader.subscribe(ROOM.text());
      fillUntilSomethingWaits(ROOM);
      assertEquals(0, closed(4101));
      await().until(() -> closed(4101) == 1);
      reader.command("{'type':'PING'}");
      reader.expect("PONG");
      assertFalse(reader.isClosed());
    }
  }

  @Test
  void readerThatTakesALittleNowAndThenStays() {
    restart(settings -> settings.stallTimeout(Duration.ofSeconds(2)).slowConsumerPolicy(PATIENT));
    RawClient slow = stall("slow", ROOM);
    fillUntilSomethingWaits(ROOM);
    long until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    await()
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              // It takes a third of what is sent, so it never gets any further.
              publish(ROOM, 0, 60_000);
              publish(ROOM, 0, 60_000);
              assertEquals(40_000, slow.input().readNBytes(40_000).length);
              return System.nanoTime() - until > 0;
            });
    assertTrue(node.gauge(MetricNames.CONNECTIONS_OUTBOUND_BYTES) > 0);
    assertEquals(0, closed(4101));
  }

  @Test
  void worstReaderGoesWhenTooMuchWaitsForAllTogether() {
    restart(settings -> settings.maxOutboundBytes(4 * MIB).slowConsumerPolicy(PATIENT));
    ChannelName other = ChannelName.room("b");
    stall("worst", ROOM);
    stall("behind", other);
    fillUntilSomethingWaits(other);
    for (int i = 0; closed(4101) == 0 && i < 1_000; i++) {
      publish(ROOM, i, 30_000);
    }
    await().until(() -> closed(4101) == 1);
    await().until(() -> node.gateway().getConnectionStats().totalConnections() == 1);
    assertEquals(1, closed(4101));
    await().untilAsserted(() -> assertEquals(0, nodesOf("worst")));
    assertEquals(1, nodesOf("behind"));
  }

  /** A client that subscribes, and then reads no more than it is told to. */
  private RawClient stall(String user, ChannelName channel) {
    RawClient client = RawClient.connect(node.port(), SMALL_BUFFER);
    stalled.add(client);
    client.sendAscii(RawClient.upgradeRequest(RawClient.PATH + "?token=" + user));
    assertEquals(101, client.readHead().status());
    client.sendText(
        "{\"type\":\"SUBSCRIBE\",\"id\":\"1\",\"payload\":{\"channel\":\""
            + channel.text()
            + "\"}}");
    String text = client.readText();
    while (!text.contains("\"ACK\"")) {
      text = client.readText();
    }
    return client;
  }

  /** Publishes until the buffers of the system are full and the node has to keep some itself. */
  private void fillUntilSomethingWaits(ChannelName channel) {
    await()
        // Slowly, because the gauge is up to a second old.
        .pollInterval(Duration.ofMillis(20))
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              publish(channel, 0, 16_000);
              return node.gauge(MetricNames.CONNECTIONS_OUTBOUND_BYTES) > 0;
            });
  }

  private void publish(ChannelName channel, int number, int padding) {
    byte[] envelope =
        ("{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"n\":"
                + number
                + ",\"pad\":\""
                + "x".repeat(padding)
                + "\"}}")
            .getBytes(UTF_8);
    node.gateway().broadcastToChannel(channel, envelope).toCompletableFuture().join();
  }

  private int nodesOf(String user) {
    byte[] envelope = "{\"type\":\"X\"}".getBytes(UTF_8);
    return node.gateway().broadcastToUser(user, envelope).toCompletableFuture().join().nodes();
  }

  private void restart(UnaryOperator<GatewayConfig.Builder> settings) {
    node.close();
    node = TestNode.start(settings);
  }

  private long closed(int code) {
    return node.gateway()
        .metrics()
        .registry()
        .counter(MetricNames.CONNECTIONS_CLOSED + "." + code)
        .getCount();
  }
}
