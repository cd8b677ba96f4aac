package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.TestNode.get;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Order and bounds of what is sent to Redis. */
@Timeout(60)
class CommandLanesIT {
  private static RedisServer redis;

  private TestNode node;

  @BeforeAll
  static void startRedis() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void endRedis() {
    redis.close();
  }

  @BeforeEach
  void startNode() {
    redis.flushAll();
    node = TestNode.connected(redis, "a");
  }

  @AfterEach
  void endNode() {
    node.close();
  }

  @Test
  void orderOfEachThreadAndChannelIsKeptUnderLoad() throws InterruptedException {
    int threads = 4;
    int channels = 8;
    int each = 500;
    List<ChannelName> rooms = new ArrayList<>();
    for (int i = 0; i < channels; i++) {
      rooms.add(ChannelName.room("" + i));
      node.subscribe(rooms.get(i));
    }
    List<Thread> publishers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      String name = "t" + t + "-";
      Thread publisher =
          new Thread(
              () -> {
                for (int i = 0; i < each; i++) {
                  for (ChannelName room : rooms) {
                    node.backplane.publish(room, bytes(name + i));
                  }
                }
              });
      publishers.add(publisher);
      publisher.start();
    }
    for (Thread publisher : publishers) {
      publisher.join();
    }
    for (ChannelName room : rooms) {
      await().until(() -> node.listener.publications(room).size() == threads * each);
      int[] next = new int[threads];
      for (String text : node.listener.texts(room)) {
        int thread = text.charAt(1) - '0';
        assertEquals("t" + thread + "-" + next[thread]++, text);
      }
    }
    assertEquals(0, node.listener.overlaps());
  }

  @Test
  void fullLaneRefusesAtOnceAndKeepsWhatItTook() {
    ChannelName room = ChannelName.room("1");
    node.subscribe(room);
    List<CompletionStage<Void>> publications = new ArrayList<>();
    int sent = 32;
    try (RedisClient admin = redis.connect()) {
      admin.call("CLIENT", "PAUSE", "60000", "WRITE");
      for (int i = 0; i < sent; i++) {
        byte[] megabyte = new byte[1024 * 1024];
        megabyte[0] = (byte) i;
        publications.add(node.backplane.publish(room, megabyte));
      }
      long refused =
          publications.stream()
              .filter(stage -> stage.toCompletableFuture().isCompletedExceptionally())
              .count();
      assertEquals(sent - CommandLane.MAX_QUEUED_OCTETS / (1024 * 1024), refused);
      admin.call("CLIENT", "UNPAUSE");
    }
    int taken = (int) (CommandLane.MAX_QUEUED_OCTETS / (1024 * 1024));
    publications.subList(0, taken).forEach(stage -> get(stage));
    await().until(() -> node.listener.publications(room).size() == taken);
    for (int i = 0; i < taken; i++) {
      assertEquals(i, node.listener.publications(room).get(i)[0]);
    }
    get(node.backplane.publish(room, bytes("more")));
    assertTrue(node.backplane.health().publisherConnected());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
