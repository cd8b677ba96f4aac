package io.velonx.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.local.LocalBackplane;
import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.history.HistoryPolicy;
import io.velonx.gateway.limit.UserCap.WhenFull;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.testing.HistoryReader;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing is lost and nothing lies: histories on two nodes that share a real Redis. */
@Timeout(120)
class HistoryIT {
  private static final ChannelName ROOM = ChannelName.room("a");
  private static final Duration HOUR = Duration.ofHours(1);

  private RedisServer redis;
  private RedisClient backEnd;
  private TestNode one;
  private TestNode two;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
    backEnd = redis.connect();
    one = node("one", 1_000);
    two = node("two", 1_000);
    await().until(() -> one.gateway().backplaneHealth().isHealthy());
    await().until(() -> two.gateway().backplaneHealth().isHealthy());
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
    backEnd.close();
    redis.close();
  }

  @Test
  void everyClientSeesEveryPublicationOnceInOrderHoweverOftenItLosesItsSocket() throws Exception {
    readWhilePublishing(List.of(one, two), 5_000);
  }

  @Test
  void memoryOfOneNodeDoesTheSame() throws Exception {
    try (TestNode alone = node(new LocalBackplane(), 1_000)) {
      readWhilePublishing(List.of(alone), 5_000);
    }
  }

  @Test
  void firstSubscriptionSaysWhereItBegins() {
    try (HistoryReader reader = new HistoryReader("anna", "room:a")) {
      JsonNode ack = reader.connect(one);
      assertEquals("room:a", ack.path("channel").asText());
      assertEquals(0, ack.path("offset").asLong());
      assertFalse(ack.has("recovered"));
      publish(two, 1);
      reader.readTo(1);
      reader.drop();
      publish(two, 2);
      ack = reader.connect(two);
      assertTrue(ack.path("recovered").asBoolean());
      assertEquals(2, ack.path("missed").asInt());
      assertEquals(3, ack.path("offset").asLong());
      reader.readTo(3);
    }
  }

  @Test
  void whoMissedNothingIsToldSo() {
    try (HistoryReader reader = new HistoryReader("anna", "room:a")) {
      reader.connect(one);
      publish(one, 3);
      reader.readTo(3);
      reader.drop();
      JsonNode ack = reader.connect(two);
      assertTrue(ack.path("recovered").asBoolean());
      assertEquals(0, ack.path("missed").asInt());
    }
  }

  @Test
  void moreThanIsKeptIsNeverReplayedInPart() {
    TestNode small = node("small", 5);
    try (HistoryReader reader = new HistoryReader("anna", "room:a")) {
      reader.connect(small);
      publish(small, 1);
      reader.readTo(1);
      reader.drop();
      publish(small, 5);
      JsonNode ack = reader.connect(small);
      assertEquals(5, ack.path("missed").asInt());
      reader.readTo(6);
      reader.drop();
      publish(small, 6);
      ack = reader.connect(small);
      assertFalse(ack.path("recovered").asBoolean());
      assertEquals("window", ack.path("reason").asText());
      assertFalse(ack.has("missed"));
      assertEquals(12, ack.path("offset").asLong());
      publish(small, 1);
      reader.readTo(13);
      assertEquals(7, reader.publications().size());
    } finally {
      small.close();
    }
  }

  @Test
  void oldAgeOfAPublicationIsToldAsWell() {
    TestNode brief = node(redisson("brief"), new Retention(100, Duration.ofMillis(300)));
    try (HistoryReader reader = new HistoryReader("anna", "room:a")) {
      reader.connect(brief);
      reader.drop();
      publish(brief, 1);
      await().until(() -> backEnd.keys("gw:{room:a}:h").isEmpty());
      JsonNode ack = reader.connect(two);
      assertFalse(ack.path("recovered").asBoolean());
      assertEquals("window", ack.path("reason").asText());
    } finally {
      brief.close();
    }
  }

  @Test
  void lossOfTheHistoryIsToldToWhoIsThereAndToWhoComesBack() {
    try (HistoryReader there = new HistoryReader("anna", "room:a");
        HistoryReader away = new HistoryReader("bert", "room:a")) {
      there.connect(one);
      away.connect(two);
      publish(one, 3);
      there.readTo(3);
      away.readTo(3);
      away.drop();
      String before = Objects.requireNonNull(there.position()).epoch();
      redis.flushAll();
      publish(one, 2);
      there.readOne();
      while (there.gaps().isEmpty() || there.offset() < 2) {
        there.readOne();
      }
      JsonNode gap = there.gaps().get(0);
      assertFalse(gap.path("recovered").asBoolean());
      assertEquals("room:a", gap.path("channel").asText());
      assertNotEquals(before, gap.path("epoch").asText());
      assertEquals(1, there.gaps().size());
      assertEquals(5, there.publications().size());
      JsonNode ack = away.connect(two);
      assertFalse(ack.path("recovered").asBoolean());
      assertEquals("epoch", ack.path("reason").asText());
      assertEquals(gap.path("epoch"), ack.path("epoch"));
      publish(two, 1);
      away.readTo(3);
    }
  }

  @Test
  void lostPubSubConnectionsUnderLoadCostNothing() throws Exception {
    int count = 6_000;
    ExecutorService threads = Executors.newCachedThreadPool();
    try (HistoryReader here = new HistoryReader("anna", "room:a");
        HistoryReader there = new HistoryReader("bert", "room:a")) {
      here.connect(one);
      there.connect(two);
      Future<?> publishing =
          threads.submit(
              () -> {
                for (int i = 0; i < count; i++) {
                  publishAndWait(i % 2 == 0 ? one : two, i);
                }
              });
      Future<?> reading = threads.submit(() -> here.readTo(count));
      for (long cut = 500; cut < count; cut += 500) {
        there.readTo(cut);
        redis.killSubscribers();
      }
      publishing.get(100, TimeUnit.SECONDS);
      reading.get(100, TimeUnit.SECONDS);
      there.readTo(count);
      assertEquals(List.of(), here.losses());
      assertEquals(List.of(), there.losses());
      long repaired =
          one.gateway().metrics().historyRepaired.getCount()
              + two.gateway().metrics().historyRepaired.getCount();
      assertTrue(repaired > 0, "nothing had to be repaired, so nothing was tested");
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void quietChannelIsRepairedWhenItsTopicIsThereAgain() {
    try (HistoryReader there = new HistoryReader("anna", "room:a")) {
      there.connect(one);
      // In one step: nobody listens when it is published.
      backEnd.call(
          "EVAL",
          "redis.call('RPUSH', KEYS[2], '99999999999999:{\"type\":\"X\",\"offset\":1,\"epoch\":\"'"
              + " .. redis.call('HGET', KEYS[1], 'e') .. '\"}')"
              + " redis.call('HINCRBY', KEYS[1], 'o', 1)",
          "2",
          "gw:{room:a}:m",
          "gw:{room:a}:h");
      redis.killSubscribers();
      there.readTo(1);
      assertEquals(List.of(), there.gaps());
    }
  }

  @Test
  void redisThatRestartsEmptyIsALossThatIsTold() {
    try (HistoryReader there = new HistoryReader("anna", "room:a")) {
      there.connect(one);
      publish(one, 3);
      there.readTo(3);
      redis.kill();
      await().until(() -> !one.gateway().backplaneHealth().isHealthy());
      redis.restart();
      backEnd.close();
      backEnd = redis.connect();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> one.gateway().backplaneHealth().isHealthy());
      while (there.gaps().isEmpty()) {
        there.readOne();
      }
      publish(two, 2);
      there.readTo(2);
      assertEquals(1, there.gaps().size());
    }
  }

  @Test
  void whileRedisIsDownNobodyIsPromisedAnything() {
    try (HistoryReader reader = new HistoryReader("anna", "room:a");
        WsClient other = two.open("bert")) {
      reader.connect(one);
      other.subscribe("room:a");
      publish(one, 1);
      reader.readTo(1);
      reader.drop();
      redis.kill();
      await().until(() -> !two.gateway().backplaneHealth().isHealthy());
      await().until(() -> !one.gateway().backplaneHealth().isHealthy());
      other.command(
          "{'type':'SUBSCRIBE','id':'b','payload':{'roomId':'b','since':{'epoch':'e','offset':1}}}");
      JsonNode ack = other.expect("ACK").path("payload");
      assertFalse(ack.path("recovered").asBoolean());
      assertEquals("unavailable", ack.path("reason").asText());
      other.command("{'type':'HISTORY','id':'h','payload':{'roomId':'b'}}");
      assertEquals("UNAVAILABLE", other.expect("ERROR").path("payload").path("code").asText());
      // What this node remembers itself is as good as ever.
      assertTrue(reader.connect(two).path("recovered").asBoolean());
    }
  }

  @Test
  void stormOfReturningClientsIsAnsweredWithoutRedis() {
    List<WsClient> crowd = new ArrayList<>();
    try (HistoryReader reader = new HistoryReader("anna", "room:a")) {
      reader.connect(one);
      publish(one, 30);
      reader.readTo(30);
      long reads = redisReads();
      String epoch = Objects.requireNonNull(reader.position()).epoch();
      for (int i = 0; i < 200; i++) {
        crowd.add(resume(one, epoch, i % 30));
      }
      for (int i = 0; i < 200; i++) {
        assertRecovered(crowd.get(i), i % 30, 30);
      }
      assertEquals(reads, redisReads());
      assertTrue(one.gauge("gateway.history.ring.bytes") > 0);
    } finally {
      crowd.forEach(WsClient::drop);
    }
  }

  @Test
  void stormOnANodeThatKnowsNothingReadsRedisAFewTimes() {
    publish(one, 30);
    String epoch = Objects.requireNonNull((String) backEnd.call("HGET", "gw:{room:a}:m", "e"));
    long reads = redisReads();
    List<WsClient> crowd = new ArrayList<>();
    try {
      for (int i = 0; i < 200; i++) {
        crowd.add(resume(two, epoch, i % 30));
      }
      for (int i = 0; i < 200; i++) {
        assertRecovered(crowd.get(i), i % 30, 30);
      }
      long spent = redisReads() - reads;
      assertTrue(spent <= 20, "reads: " + spent);
    } finally {
      crowd.forEach(WsClient::drop);
    }
  }

  @Test
  void thousandChannelsAreResumedAtOnce() {
    int count = 1_000;
    List<CompletableFuture<Appended>> published = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      published.add(
          one.gateway()
              .broadcastToChannel(ChannelName.room("r" + i), chat(i))
              .toCompletableFuture());
    }
    try (WsClient client = two.open("anna")) {
      for (int i = 0; i < count; i++) {
        String epoch = position(published.get(i).join()).epoch();
        client.command(
            "{'type':'SUBSCRIBE','id':'s','payload':{'roomId':'r"
                + i
                + "','since':{'offset':0,'epoch':'"
                + epoch
                + "'}}}");
      }
      for (int i = 0; i < count; i++) {
        JsonNode ack = client.expect("ACK").path("payload");
        assertEquals(1, ack.path("missed").asInt(), ack.toString());
      }
    }
  }

  @Test
  void typingAndPresenceAreNotKept() {
    try (HistoryReader reader = new HistoryReader("anna", "room:a");
        WsClient typist = two.open("bert")) {
      reader.connect(one);
      typist.subscribe("room:a");
      typist.command("{'type':'TYPING','payload':{'roomId':'a','isTyping':true}}");
      assertFalse(reader.client().expect("TYPING").has("offset"));
      publish(one, 1);
      reader.readTo(1);
    }
  }

  @Test
  void liveOnlyPublicationsReachWhoCatchesUpToo() {
    try (HistoryReader reader = new HistoryReader("anna", "room:a")) {
      reader.connect(one);
      backEnd.publish("room:a", "{\"type\":\"LIVE\"}".getBytes(UTF_8));
      assertEquals("{\"type\":\"LIVE\"}", reader.client().nextBut("USER_JOINED"));
      publish(one, 1);
      reader.readTo(1);
    }
  }

  @Test
  void pagesOfHistoryComeFromTheRingAndFromRedis() {
    try (WsClient client = one.open("anna")) {
      client.subscribe("room:a");
      publish(one, 200);
      for (int before : new int[] {Integer.MAX_VALUE, 201, 150, 60, 11, 2, 1}) {
        client.command(
            "{'type':'HISTORY','id':'h','payload':{'roomId':'a','limit':10,'before':"
                + before
                + "}}");
        JsonNode page = client.expect("ACK").path("payload");
        long end = Math.min(before - 1, 200);
        long first = Math.max(1, end - 9);
        assertEquals(end - first + 1, page.path("messages").size(), "before " + before);
        for (int i = 0; i < page.path("messages").size(); i++) {
          assertEquals(first + i, page.path("messages").get(i).path("offset").asLong());
        }
        assertEquals(first > 1, page.path("more").asBoolean(), "before " + before);
      }
      client.command("{'type':'HISTORY','id':'h','payload':{'roomId':'b'}}");
      assertEquals("NOT_SUBSCRIBED", client.expect("ERROR").path("payload").path("code").asText());
    }
  }

  @Test
  void repeatedChatMessageHasTheIdOfTheFirstAndIsDeliveredOnce() {
    String chat =
        "{'type':'CHAT_MESSAGE','id':'%s','payload':"
            + "{'roomId':'a','content':'hi','clientMessageId':'%s'}}";
    try (WsClient here = one.open("anna");
        WsClient there = two.open("anna");
        WsClient stranger = two.open("bert")) {
      here.subscribe("room:a");
      there.subscribe("room:a");
      stranger.subscribe("room:a");
      here.command(chat.formatted("1", "c"));
      JsonNode first = here.expect("ACK").path("payload");
      assertEquals(1, first.path("offset").asLong());
      there.command(chat.formatted("2", "c"));
      assertEquals(first, there.expect("ACK").path("payload"));
      stranger.command(chat.formatted("3", "c"));
      JsonNode own = stranger.expect("ACK").path("payload");
      assertNotEquals(first.path("messageId"), own.path("messageId"));
      assertEquals(2, own.path("offset").asLong());
    }
  }

  @Test
  void repeatedCallIsToldOfTheFirst() {
    byte[] envelope = "{\"type\":\"X\"}".getBytes(UTF_8);
    Appended first = get(one, envelope);
    Appended second = get(two, envelope);
    assertEquals(new Position(position(first).epoch(), 1), position(second));
    assertFalse(first.repeated());
    assertTrue(second.repeated());
  }

  @Test
  void placeIsWrittenByTheGatewayOnly() {
    for (String member : List.of("\"offset\":1", "\"epoch\":\"e\"")) {
      byte[] envelope = ("{\"type\":\"X\"," + member + "}").getBytes(UTF_8);
      assertThrows(
          IllegalArgumentException.class, () -> one.gateway().broadcastToChannel(ROOM, envelope));
    }
  }

  private void readWhilePublishing(List<TestNode> nodes, int count) throws Exception {
    int readers = 8;
    long seed = System.nanoTime();
    AtomicLongArray progress = new AtomicLongArray(readers);
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<Void>> reading = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        int index = i;
        HistoryReader reader = new HistoryReader("user" + i, "room:a");
        reader.connect(nodes.get(i % nodes.size()));
        Random random = new Random(seed + i);
        reading.add(
            threads.submit(
                () -> {
                  while (reader.offset() < count) {
                    reader.readTo(Math.min(count, reader.offset() + 1 + random.nextInt(400)));
                    progress.set(index, reader.offset());
                    if (random.nextBoolean()) {
                      reader.drop();
                      JsonNode ack = reader.connect(nodes.get(random.nextInt(nodes.size())));
                      assertTrue(ack.path("recovered").asBoolean(), ack + " seed " + seed);
                    }
                  }
                  assertEquals(List.of(), reader.gaps(), "seed " + seed);
                  assertEquals(count, reader.publications().size(), "seed " + seed);
                  reader.close();
                  return null;
                }));
      }
      for (int i = 0; i < count; i++) {
        int sent = i;
        if (sent % 50 == 0) {
          // Nobody falls further behind than is kept.
          await()
              .pollInterval(Duration.ofMillis(1))
              .until(() -> sent - least(progress) < 800 || anyFailed(reading));
        }
        nodes.get(i % nodes.size()).gateway().broadcastToChannel(ROOM, chat(i));
      }
      for (Future<Void> each : reading) {
        each.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static boolean anyFailed(List<Future<Void>> all) {
    return all.stream().anyMatch(Future::isDone);
  }

  private static long least(AtomicLongArray values) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < values.length(); i++) {
      least = Math.min(least, values.get(i));
    }
    return least;
  }

  private static WsClient resume(TestNode node, String epoch, int offset) {
    WsClient client = node.open("anna");
    client.command(
        "{'type':'SUBSCRIBE','id':'s','payload':{'roomId':'a','since':{'epoch':'"
            + epoch
            + "','offset':"
            + offset
            + "}}}");
    return client;
  }

  private static void assertRecovered(WsClient client, int from, int to) {
    JsonNode ack = client.expect("ACK").path("payload");
    assertEquals(to - from, ack.path("missed").asInt(), ack.toString());
    for (int offset = from + 1; offset <= to; offset++) {
      assertEquals(offset, client.expect("CHAT_MESSAGE").path("offset").asLong());
    }
  }

  /** Only the script that reads a log asks for several fields of a hash. */
  private long redisReads() {
    String stats = String.valueOf(backEnd.call("INFO", "commandstats"));
    Matcher calls = Pattern.compile("cmdstat_hmget:calls=(\\d+)").matcher(stats);
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  private static void publish(TestNode node, int count) {
    for (int i = 0; i < count; i++) {
      publishAndWait(node, i);
    }
  }

  private static void publishAndWait(TestNode node, int n) {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptions()
        .until(
            () ->
                node.gateway()
                        .broadcastToChannel(ROOM, chat(n))
                        .toCompletableFuture()
                        .get(5, TimeUnit.SECONDS)
                        .position()
                    != null);
  }

  private static byte[] chat(int n) {
    return ("{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"n\":" + n + "}}").getBytes(UTF_8);
  }

  private static Appended get(TestNode node, byte[] envelope) {
    try {
      return node.gateway()
          .broadcastToChannel(ROOM, envelope, "key")
          .toCompletableFuture()
          .get(5, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static Position position(Appended appended) {
    return Objects.requireNonNull(appended.position());
  }

  private TestNode node(String name, int messages) {
    return node(redisson(name), new Retention(messages, HOUR));
  }

  private static TestNode node(LocalBackplane backplane, int messages) {
    return node(backplane, new Retention(messages, HOUR));
  }

  private static TestNode node(Backplane backplane, Retention retention) {
    TestNode node =
        TestNode.start(
            backplane,
            settings ->
                settings
                    .history(HistoryPolicy.everywhere(retention))
                    // Crowds here are one user.
                    .limits(limits -> limits.connectionsPerUser(0, WhenFull.REJECT))
                    .clientPublishing(ClientPublishing.everywhere(ClientPublishing.Policy.RELAY)));
    await().until(() -> node.gateway().backplaneState() == BackplaneState.UP);
    return node;
  }

  private RedissonBackplane redisson(String name) {
    return new RedissonBackplane(
        RedisConfig.parse(redis.url()),
        BackplaneTimings.DEFAULT,
        NodeId.create(name, new SecureRandom()));
  }
}
