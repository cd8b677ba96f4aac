package io.velonx.gateway.gate;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.testing.TestNode;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What one connection that does nothing keeps in the heap, counted over many real sockets. A bound
 * is what was counted when it was set, rounded up to the next ten; a failure tells the objects by
 * class.
 */
@InGateJvm
class IdleConnectionGate {
  private static final int SIZE = 2_000;
  private static final String COMPRESSION = "Sec-WebSocket-Extensions: permessage-deflate";

  @Test
  void connectionWithoutSubscription() throws IOException {
    assertAtMost(1740, null, "");
  }

  @Test
  void compressionCostsAConnectionNothing() throws IOException {
    assertAtMost(1740, null, COMPRESSION);
  }

  @Test
  void connectionInARoomOfAll() throws IOException {
    assertAtMost(1930, "all", "");
  }

  @Test
  void connectionInARoomOfItsOwn() throws IOException {
    assertAtMost(2280, "own-#", "");
  }

  private static void assertAtMost(int bytes, @Nullable String room, String header)
      throws IOException {
    try (TestNode node = TestNode.start(settings -> settings.compression(true))) {
      // Once before, so that tables and pools that stay behind are there.
      connectAndCount(node, room, header);
      Histogram.Growth added = connectAndCount(node, room, header);
      long each = added.bytesEach();
      assertTrue(
          each <= bytes,
          () -> each + " bytes for each connection, at most " + bytes + "\n" + added.table());
    }
  }

  private static Histogram.Growth connectAndCount(
      TestNode node, @Nullable String room, String header) throws IOException {
    Histogram before = Histogram.take();
    try (ForkedCrowd crowd = ForkedCrowd.connect(node.port(), SIZE, room, header)) {
      int members = room == null ? SIZE : 2 * SIZE;
      await().until(() -> node.gauge(MetricNames.PRESENCE_MEMBERS) == members);
      Histogram.Growth added = Histogram.take().since(before, SIZE);
      assertTrue(crowd.isThere(), "the crowd left while it was counted");
      return added;
    } finally {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(
              () ->
                  node.gateway().getConnectionStats().totalConnections() == 0
                      && node.gauge(MetricNames.PRESENCE_MEMBERS) == 0);
    }
  }
}
