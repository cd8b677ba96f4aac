package io.velonx.gateway.gate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.Crowd;
import io.velonx.gateway.testing.TestNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the event loop allocates for each delivery, over real sockets. */
@InGateJvm
class FanoutGate {
  private static final int SUBSCRIBERS = 200;
  private static final int PUBLICATIONS = 200;
  private static final ChannelName ROOM = ChannelName.room("all");
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** A duplicate of the frame for the socket's queue: 40 bytes; the rest is the share of timers. */
  @Test
  void loopAllocatesNothingButADuplicateForEachDelivery() throws IOException {
    assertAtMost(48, "");
  }

  @Test
  void compressionAddsNothingToADelivery() throws IOException {
    assertAtMost(48, "Sec-WebSocket-Extensions: permessage-deflate");
  }

  private static void assertAtMost(long bytes, String header) throws IOException {
    try (TestNode node = TestNode.start(settings -> settings.eventLoops(1).compression(true));
        Crowd crowd = Crowd.connect(node.port(), SUBSCRIBERS, "all", header)) {
      publish(node, PUBLICATIONS);
      long loop = threadNamed("gateway-loop");
      long allocatedBefore = THREADS.getThreadAllocatedBytes(loop);
      publish(node, PUBLICATIONS);
      long each =
          (THREADS.getThreadAllocatedBytes(loop) - allocatedBefore) / (PUBLICATIONS * SUBSCRIBERS);
      assertTrue(crowd.receivedBytes() > 0, "nothing was received");
      assertTrue(each <= bytes, each + " bytes for each delivery, at most " + bytes);
    }
  }

  /** One at a time: each is everywhere before the next is published. */
  private static void publish(TestNode node, int publications) {
    byte[] envelope =
        ("{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"content\":\"" + "lorem ".repeat(100) + "\"}}")
            .getBytes(UTF_8);
    for (int i = 0; i < publications; i++) {
      long target = deliveries(node) + SUBSCRIBERS;
      node.gateway().broadcastToChannel(ROOM, envelope);
      await()
          .atMost(Duration.ofSeconds(20))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> deliveries(node) >= target);
    }
  }

  private static long deliveries(TestNode node) {
    return node.gateway().metrics().deliveries.getCount();
  }

  private static long threadNamed(String prefix) {
    long[] found =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith(prefix))
            .mapToLong(Thread::getId)
            .toArray();
    assertTrue(found.length == 1, found.length + " threads named " + prefix);
    return found[0];
  }
}
