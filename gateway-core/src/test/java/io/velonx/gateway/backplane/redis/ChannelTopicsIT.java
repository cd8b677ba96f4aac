package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.TestNode.get;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.Homes;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.ByteArrayCodec;
import org.redisson.config.Config;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Topics in Redis against channels with subscribers. */
@Timeout(90)
class ChannelTopicsIT {
  private static final ChannelName ROOM = ChannelName.room("1");
  private static final Duration SETTLED = Duration.ofSeconds(30);
  private static final Logger log = LoggerFactory.getLogger(ChannelTopicsIT.class);
  private static RedisServer redis;

  private RedisClient backEnd;
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
    backEnd = redis.connect();
    node = TestNode.connected(redis, "a");
  }

  @AfterEach
  void endNode() {
    node.close();
    backEnd.close();
  }

  @Test
  void twentyThousandChannelsAreSubscribedOnOneConnection() {
    int count = 20_000;
    long since = System.nanoTime();
    List<CompletionStage<Void>> subscribed = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ChannelName room = ChannelName.room("" + i);
      node.listener.add(room);
      subscribed.add(node.backplane.subscribe(room));
    }
    subscribed.forEach(stage -> get(stage));
    log.info(
        "channels subscribed count={} millis={}", count, (System.nanoTime() - since) / 1_000_000);
    assertEquals(count, backEnd.topics("room:*").size());
    String clients = String.valueOf(backEnd.call("CLIENT", "LIST", "TYPE", "pubsub"));
    assertEquals(1, clients.lines().count(), clients);
    for (int i = 0; i < count; i += 997) {
      ChannelName room = ChannelName.room("" + i);
      assertEquals(1, backEnd.publish(room.text(), bytes("x")));
      await().until(() -> node.listener.texts(room).equals(List.of("x")));
    }
  }

  @Test
  void churnUnderLostConnectionsEndsWithExactlyTheWantedTopics() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    int rooms = 150;
    Set<String> wanted = new HashSet<>();
    for (int step = 0; step < 6_000; step++) {
      ChannelName room = ChannelName.room("" + random.nextInt(rooms));
      if (random.nextBoolean()) {
        wanted.add(room.text());
        node.listener.add(room);
        node.backplane.subscribe(room);
      } else {
        wanted.remove(room.text());
        node.unsubscribe(room);
      }
      if (step % 1_000 == 500) {
        redis.killSubscribers();
      }
      if (step % 100 == 0) {
        // Lets topics come and go instead of cancelling each other out.
        get(node.backplane.publish(ROOM, bytes("pace")));
      }
    }
    await()
        .atMost(SETTLED)
        .untilAsserted(() -> assertEquals(wanted, backEnd.topics("room:*"), "seed " + seed));
    node.awaitHealthy();
    for (String topic : wanted) {
      ChannelName room = new ChannelName(topic);
      int before = node.listener.publications(room).size();
      assertEquals(1, backEnd.publish(topic, bytes("end")), "seed " + seed);
      await().until(() -> node.listener.publications(room).size() > before);
      assertEquals(before + 1, node.listener.publications(room).size(), "seed " + seed);
    }
  }

  @Test
  void topicOutlivesItsSubscribersForAWhile() {
    node.subscribe(ROOM);
    node.unsubscribe(ROOM);
    node.subscribe(ROOM);
    node.unsubscribe(ROOM);
    assertTrue(backEnd.topics("room:*").contains(ROOM.text()));
    await().until(() -> backEnd.topics("room:*").isEmpty());
    node.subscribe(ROOM);
    assertEquals(1, backEnd.publish(ROOM.text(), bytes("again")));
    await().until(() -> node.listener.texts(ROOM).equals(List.of("again")));
  }

  @Test
  void subscriberWhoLeftWithinTheRoundTripLeavesNoTopic() {
    node.listener.add(ROOM);
    node.backplane.subscribe(ROOM);
    node.unsubscribe(ROOM);
    get(node.backplane.probe());
    await().until(() -> backEnd.topics("room:*").isEmpty());
  }

  @Test
  void whoAsksAfterTheLastSubscriberLeftDoesNotKeepTheTopic() {
    node.subscribe(ROOM);
    node.unsubscribe(ROOM);
    get(node.backplane.subscribe(ROOM));
    await().until(() -> backEnd.topics("room:*").isEmpty());
  }

  @Test
  void pingsSwallowNoPublications() {
    SubscriberHook hook = new SubscriberHook(() -> {});
    Config config =
        RedissonClients.config(
            RedisConfig.parse(redis.url()),
            BackplaneTimings.DEFAULT,
            "pinging",
            new Reachability("pinging"),
            hook,
            Homes.next());
    config.useSingleServer().setPingConnectionInterval(10);
    RedissonClient client = Redisson.create(config);
    try {
      AtomicInteger seen = new AtomicInteger();
      client
          .getTopic(ROOM.text(), ByteArrayCodec.INSTANCE)
          .addListener(byte[].class, (topic, message) -> seen.incrementAndGet());
      List<byte[]> some = Collections.nCopies(500, bytes("x"));
      for (int round = 1; round <= 100; round++) {
        int sent = round * some.size();
        backEnd.publishAll(ROOM.text(), some);
        await().pollInterval(Duration.ofMillis(2)).until(() -> seen.get() == sent);
      }
    } finally {
      client.shutdown();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
