package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.TestNode.QUICK;
import static io.velonx.gateway.backplane.redis.TestNode.get;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.Backplane.Joined;
import io.velonx.gateway.backplane.BackplaneHealth;
import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.FreezingProxy;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens when Redis goes, and when it comes back. */
@Timeout(90)
class RedisOutageIT {
  private static final Retention KEEP_ALL = new Retention(1_000, Duration.ofHours(1));
  private static final ChannelName ROOM = ChannelName.room("1");
  private static final Duration RECOVERY = Duration.ofSeconds(20);

  private final RedisServer redis = RedisServer.start();

  @AfterEach
  void endRedis() {
    redis.close();
  }

  @Test
  void topicsComeBackAfterALostConnection() {
    List<ChannelName> rooms = rooms(500);
    try (TestNode node = TestNode.connected(redis, "a");
        RedisClient backEnd = redis.connect()) {
      List<? extends CompletionStage<?>> subscribed =
          rooms.stream()
              .map(
                  room -> {
                    node.listener.add(room);
                    return node.backplane.subscribe(room);
                  })
              .toList();
      subscribed.forEach(TestNode::get);
      redis.killSubscribers();
      await().atMost(RECOVERY).until(() -> backEnd.topics("room:*").size() == rooms.size());
      await().atMost(RECOVERY).until(() -> !backEnd.topics("gw:node:*").isEmpty());
      node.awaitHealthy();
      for (ChannelName room : rooms) {
        assertEquals(1, backEnd.publish(room.text(), bytes("after")));
      }
      await().until(() -> rooms.stream().allMatch(room -> node.listener.texts(room).size() == 1));
      assertEquals(1, backEnd.publish("user:ada", bytes("after")));
      await().until(() -> node.listener.userTexts("ada").equals(List.of("after")));
      assertEquals(0, node.listener.lapses());
    }
  }

  @Test
  void killedRedisIsReportedAndEverythingReturnsWithIt() {
    assumeTrue(redis.isOwnProcess());
    try (TestNode node = TestNode.connected(redis, "a")) {
      rooms(200).forEach(node::subscribe);
      get(node.backplane.join(Audience.EVERYONE, "ada"));
      redis.kill();
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> node.backplane.health().equals(new BackplaneHealth(false, false)));
      assertUnavailable(node.backplane.publish(ROOM, bytes("lost")));
      assertUnavailable(node.backplane.join(Audience.EVERYONE, "bob"));
      assertUnavailable(node.backplane.publishToUser("ada", bytes("lost")));
      assertUnavailable(node.backplane.probe());
      ChannelName late = ChannelName.room("late");
      node.listener.add(late);
      CompletionStage<Void> subscribedLater = node.backplane.subscribe(late);
      redis.restart();
      node.awaitHealthy();
      get(subscribedLater);
      try (RedisClient backEnd = redis.connect()) {
        await().atMost(RECOVERY).until(() -> backEnd.topics("room:*").size() == 201);
        await().atMost(RECOVERY).until(() -> node.listener.lapses() > 0);
        assertEquals(new Joined(true, 1), get(node.backplane.join(Audience.EVERYONE, "ada")));
        assertEquals(Set.of("ada"), backEnd.members("users:online"));
        assertEquals(1, backEnd.publish(ROOM.text(), bytes("back")));
        assertEquals(1, backEnd.publish(late.text(), bytes("back")));
      }
      await().until(() -> node.listener.texts(ROOM).contains("back"));
      await().until(() -> node.listener.texts(late).equals(List.of("back")));
      get(node.backplane.probe());
    }
  }

  @Test
  void nodeStartsWithoutRedisAndConnectsLater() {
    try (RedisServer absent = RedisServer.prepare();
        TestNode node = TestNode.started(absent, "a", QUICK)) {
      assertFalse(node.backplane.health().isHealthy());
      assertUnavailable(node.backplane.publish(ROOM, bytes("early")));
      assertUnavailable(node.backplane.join(Audience.EVERYONE, "ada"));
      assertUnavailable(node.backplane.probe());
      node.listener.add(ROOM);
      CompletionStage<Void> subscribed = node.backplane.subscribe(ROOM);
      assertEquals(0, node.listener.lapses());
      absent.restart();
      node.awaitHealthy();
      get(subscribed);
      await().until(() -> node.listener.lapses() == 1);
      assertEquals(new Joined(true, 1), get(node.backplane.join(Audience.EVERYONE, "ada")));
      get(node.backplane.publish(ROOM, bytes("now")));
      await().until(() -> node.listener.texts(ROOM).equals(List.of("now")));
    }
  }

  @Test
  void nodeThatNeverConnectedEndsAtOnceAndLeavesNoThread() {
    try (RedisServer absent = RedisServer.prepare()) {
      TestNode node = TestNode.started(absent, "a", QUICK);
      get(node.backplane.shutdown(Duration.ofSeconds(5)));
      awaitNoThread();
    }
  }

  @Test
  void orderIsKeptWhenRedisComesBackWithoutItsScripts() {
    assumeTrue(redis.isOwnProcess());
    try (TestNode node = TestNode.connected(redis, "a")) {
      LogKey log = LogKey.of(ROOM);
      get(node.backplane.append(log, bytes("{\"n\":0}"), Retention.DEFAULT, null));
      redis.kill();
      await().until(() -> !node.backplane.health().publisherConnected());
      redis.restart();
      await().until(() -> node.backplane.health().publisherConnected());
      CompletionStage<?> last = CompletableFuture.completedStage(null);
      for (int i = 1; i < 1_000; i++) {
        last = node.backplane.append(log, bytes("{\"n\":" + i + "}"), KEEP_ALL, null);
      }
      get(last);
      try (RedisClient backEnd = redis.connect()) {
        List<String> kept = backEnd.entries("gw:{" + ROOM.text() + "}:h");
        for (int i = 1; i < 1_000; i++) {
          assertTrue(kept.get(i - 1).contains("{\"n\":" + i + ","), kept.get(i - 1));
        }
      }
    }
  }

  @Test
  void silentRedisFailsPublicationsInTimeAndIsReported() {
    try (TestNode node = TestNode.connected(redis, "a");
        RedisClient admin = redis.connect()) {
      node.subscribe(ROOM);
      get(node.backplane.join(Audience.EVERYONE, "ada"));
      admin.call("CLIENT", "PAUSE", "60000", "WRITE");
      long since = System.nanoTime();
      CompletionStage<Void> publication = node.backplane.publish(ROOM, bytes("stuck"));
      assertUnavailable(publication);
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
      assertTrue(millis < 5_000, "took " + millis);
      await().until(() -> !node.backplane.health().publisherConnected());
      await().until(() -> !node.backplane.health().subscriberConnected());
      admin.call("CLIENT", "UNPAUSE");
      node.awaitHealthy();
      get(node.backplane.publish(ROOM, bytes("again")));
      await().until(() -> node.listener.texts(ROOM).contains("again"));
    }
  }

  @Test
  void connectionsThatStayOpenAndCarryNothingAreReplaced() throws IOException {
    assumeTrue(redis.isOwnProcess());
    try (FreezingProxy proxy = new FreezingProxy(redis.url());
        TestNode node = TestNode.connected(proxy.url(), "a")) {
      node.subscribe(ROOM);
      proxy.freeze();
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> node.backplane.health().equals(new BackplaneHealth(false, false)));
      await().atMost(Duration.ofSeconds(40)).until(() -> node.backplane.health().isHealthy());
      get(node.backplane.publish(ROOM, bytes("through")));
      await().until(() -> node.listener.texts(ROOM).equals(List.of("through")));
    }
  }

  @Test
  void connectionThatListensAndHearsNothingIsNoticedToldAndReplaced() throws IOException {
    try (FreezingProxy proxy = new FreezingProxy(redis.url());
        TestNode node = TestNode.connected(proxy.url(), "a")) {
      node.subscribe(ROOM);
      awaitState(node, BackplaneState.UP);
      proxy.deafen();
      awaitState(node, BackplaneState.DEGRADED);
      await().atMost(RECOVERY).until(() -> node.listener.silences() == 1);
      awaitState(node, BackplaneState.UP);
      assertEquals(2, node.listener.recoveries());
      get(node.backplane.publish(ROOM, bytes("heard")));
      await().until(() -> node.listener.texts(ROOM).equals(List.of("heard")));
      assertTrue(node.listener.resumed().contains(ROOM));
    }
  }

  @Test
  void topicThatRedisForgotIsSubscribedAnewWhenSomebodyNotices() throws IOException {
    try (FreezingProxy proxy = new FreezingProxy(redis.url());
        TestNode node = TestNode.connected(proxy.url(), "a");
        RedisClient backEnd = redis.connect()) {
      node.subscribe(ROOM);
      proxy.unsubscribe(ROOM.text());
      await().until(() -> backEnd.publish(ROOM.text(), bytes("unheard")) == 0);
      node.backplane.resubscribe(ROOM);
      await().until(() -> node.listener.resumed().equals(List.of(ROOM)));
      assertEquals(1, backEnd.publish(ROOM.text(), bytes("heard")));
      await().until(() -> node.listener.texts(ROOM).contains("heard"));
    }
  }

  @Test
  void lostConnectionThatIsReplacedAtOnceIsNoOutage() {
    try (TestNode node = TestNode.connected(redis, "a")) {
      node.subscribe(ROOM);
      awaitState(node, BackplaneState.UP);
      redis.killSubscribers();
      await().until(() -> node.listener.resumed().equals(List.of(ROOM)));
      node.awaitHealthy();
      assertEquals(1, node.listener.recoveries());
    }
  }

  @Test
  void shutdownDuringAnOutageEndsInTime() {
    assumeTrue(redis.isOwnProcess());
    TestNode node = TestNode.connected(redis, "a");
    get(node.backplane.join(Audience.EVERYONE, "ada"));
    redis.kill();
    get(node.backplane.shutdown(Duration.ofSeconds(5)));
  }

  @Test
  void shutdownWithLittleTimeLeavesNoThreadEither() {
    assumeTrue(redis.isOwnProcess());
    TestNode node = TestNode.connected(redis, "a");
    get(node.backplane.join(Audience.EVERYONE, "ada"));
    redis.kill();
    await().until(() -> !node.backplane.health().isHealthy());
    long since = System.nanoTime();
    get(node.backplane.shutdown(Duration.ofMillis(400)));
    assertTrue(System.nanoTime() - since < Duration.ofSeconds(2).toNanos());
    awaitNoThread();
  }

  @Test
  void shutdownWhileRedisHangsLeavesNothingBehind() throws Exception {
    try (FreezingProxy proxy = new FreezingProxy(redis.url())) {
      TestNode node = TestNode.connected(proxy.url(), "a");
      proxy.freeze();
      // Without a command under way there would be nothing to wait for.
      CompletionStage<Void> unanswered = node.backplane.publish(ROOM, bytes("lost"));
      get(node.backplane.shutdown(Duration.ofSeconds(5)));
      assertUnavailable(unanswered);
    }
  }

  private static List<ChannelName> rooms(int count) {
    return IntStream.range(0, count).mapToObj(i -> ChannelName.room("" + i)).toList();
  }

  private static void awaitState(TestNode node, BackplaneState state) {
    await().atMost(RECOVERY).until(() -> node.backplane.state() == state);
  }

  private static void awaitNoThread() {
    Awaitility.await()
        .atMost(RECOVERY)
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .noneMatch(name -> name.startsWith("velonx-") || name.contains("redisson")));
  }

  private static void assertUnavailable(CompletionStage<?> stage) {
    ExecutionException failure =
        assertThrows(
            ExecutionException.class, () -> stage.toCompletableFuture().get(10, TimeUnit.SECONDS));
    assertInstanceOf(BackplaneUnavailableException.class, failure.getCause());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
