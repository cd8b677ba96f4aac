package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.TestNode.get;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.Backplane.Joined;
import io.velonx.gateway.backplane.Backplane.Left;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.limit.UserCap;
import io.velonx.gateway.limit.UserCap.WhenFull;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.OnlineUser;
import io.velonx.gateway.protocol.UserStatus;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Two nodes on one real Redis, and a back end that knows only plain commands. */
@Timeout(60)
class RedissonBackplaneIT {
  private static final ChannelName ROOM = ChannelName.room("42");
  private static final Audience IN_ROOM = Audience.of(ROOM);
  private static RedisServer redis;

  private RedisClient backEnd;
  private TestNode a;
  private TestNode b;

  @BeforeAll
  static void startRedis() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void endRedis() {
    redis.close();
  }

  @BeforeEach
  void startNodes() {
    redis.flushAll();
    backEnd = redis.connect();
    a = TestNode.connected(redis, "a");
    b = TestNode.connected(redis, "b");
  }

  @AfterEach
  void endNodes() {
    a.close();
    b.close();
    backEnd.close();
  }

  @Test
  void connectionsOfAKilledNodeDoNotCountOnceItsLeaseIsOver() {
    UserCap two = new UserCap(2, WhenFull.REJECT);
    assertTrue(get(a.backplane.admit("ada", 1, two)));
    assertTrue(get(a.backplane.admit("ada", 2, two)));
    assertFalse(get(b.backplane.admit("ada", 1, two)));
    a.close();
    await().atMost(Duration.ofSeconds(20)).until(() -> get(b.backplane.admit("ada", 1, two)));
    assertTrue(get(b.backplane.admit("ada", 2, two)));
    assertFalse(get(b.backplane.admit("ada", 3, two)));
  }

  @Test
  void bucketOfAUserIsSharedByAllNodes() {
    Rate rate = new Rate(1, 3);
    long interval = rate.intervalNanos();
    for (TestNode node : List.of(a, b, a)) {
      assertTrue(get(node.backplane.charge("ada", "chat", rate)) <= 3 * interval);
    }
    assertTrue(get(b.backplane.charge("ada", "chat", rate)) > 3 * interval);
    assertTrue(get(b.backplane.charge("ada", "other", rate)) <= interval);
    assertTrue(get(b.backplane.charge("bob", "chat", rate)) <= interval);
  }

  @Test
  void tenThousandPlainPublicationsArriveOnceAndInOrderOnBothNodes() {
    a.subscribe(ROOM);
    b.subscribe(ROOM);
    List<String> sent =
        IntStream.range(0, 10_000).mapToObj(i -> "{\"type\":\"X\",\"payload\":" + i + "}").toList();
    backEnd.publishAll(ROOM.text(), sent.stream().map(RedissonBackplaneIT::bytes).toList());
    await().until(() -> a.listener.publications(ROOM).size() >= sent.size());
    await().until(() -> b.listener.publications(ROOM).size() >= sent.size());
    assertEquals(sent, a.listener.texts(ROOM));
    assertEquals(sent, b.listener.texts(ROOM));
    assertEquals(0, a.listener.overlaps());
  }

  @Test
  void nodesSeePublicationsOfBothInOneOrder() {
    a.subscribe(ROOM);
    b.subscribe(ROOM);
    for (int i = 0; i < 1_000; i++) {
      a.backplane.publish(ROOM, bytes("a" + i));
      b.backplane.publish(ROOM, bytes("b" + i));
    }
    await().until(() -> a.listener.publications(ROOM).size() == 2_000);
    await().until(() -> b.listener.publications(ROOM).size() == 2_000);
    assertEquals(a.listener.texts(ROOM), b.listener.texts(ROOM));
  }

  @Test
  void octetsOfTheBackEndAreNotTouched() {
    a.subscribe(ROOM);
    List<byte[]> odd =
        List.of(
            bytes("{\"z\":1,\"type\":\"X\",\"a\":2,\"payload\":{\"b\":1,\"a\":2}}"),
            bytes("{\"type\":\"X\",\"payload\":{\"n\":123456789012345678901234567890.10e+5}}"),
            bytes("{\"type\":\"X\",\"payload\":{\"s\":\"\\ud83d lone \\uDE00\"}}"),
            bytes(" {\"type\" :\t\"X\"}\r\n"),
            bytes("{\"type\":\"X\",\"payload\":\"" + "ж".repeat(30_000) + "\"}"),
            new byte[] {(byte) 0xff, 0, (byte) 0xc0, '\r', '\n'});
    backEnd.publishAll(ROOM.text(), odd);
    await().until(() -> a.listener.publications(ROOM).size() == odd.size());
    List<byte[]> seen = a.listener.publications(ROOM);
    for (int i = 0; i < odd.size(); i++) {
      assertArrayEquals(odd.get(i), seen.get(i));
    }
  }

  @Test
  void backEndHearsWhatANodePublishes() {
    // The answer to PUBLISH counts the receivers: here only the node that subscribed.
    b.subscribe(ROOM);
    assertEquals(1, backEnd.publish(ROOM.text(), bytes("x")));
    get(a.backplane.publish(ROOM, bytes("from a")));
    await().until(() -> b.listener.texts(ROOM).equals(List.of("x", "from a")));
    assertEquals(List.of(), a.listener.texts(ROOM));
  }

  @Test
  void firstJoinAndLastLeaveAreOfTheClusterNotOfTheNode() {
    assertEquals(new Joined(true, 1), get(a.backplane.join(IN_ROOM, "ada")));
    assertEquals(new Joined(false, 1), get(b.backplane.join(IN_ROOM, "ada")));
    assertEquals(Set.of("ada"), backEnd.members("room:42:online"));
    assertEquals(new Left(false, 1), get(a.backplane.leave(IN_ROOM, "ada")));
    assertEquals(Set.of("ada"), backEnd.members("room:42:online"));
    assertEquals(new Left(true, 0), get(b.backplane.leave(IN_ROOM, "ada")));
    assertEquals(Set.of(), backEnd.members("room:42:online"));
  }

  @Test
  void membersAddedByTheBackEndAreCountedAndStay() {
    backEnd.call("SADD", "room:42:online", "backend-member");
    assertEquals(new Joined(true, 2), get(a.backplane.join(IN_ROOM, "ada")));
    assertEquals(new Left(true, 1), get(a.backplane.leave(IN_ROOM, "ada")));
    assertEquals(Set.of("backend-member"), backEnd.members("room:42:online"));
  }

  @Test
  void usersOfADeadNodeAreReapedOnceWithinTenSeconds() {
    TestNode doomed = TestNode.connected(redis, "doomed", BackplaneTimings.DEFAULT);
    backEnd.call("SADD", "users:online", "of-an-old-server");
    for (int i = 0; i < 1_200; i++) {
      doomed.backplane.join(Audience.EVERYONE, "u" + i);
    }
    for (int i = 0; i < 300; i++) {
      doomed.backplane.join(Audience.of(ChannelName.room("r" + i)), "u" + i);
    }
    get(doomed.backplane.join(IN_ROOM, "ada"));
    get(doomed.backplane.join(IN_ROOM, "bob"));
    get(a.backplane.join(IN_ROOM, "bob"));
    await().until(() -> backEnd.members("users:online").size() == 1_201);

    doomed.close();

    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> backEnd.members("users:online").equals(Set.of("of-an-old-server")));
    await()
        .atMost(Duration.ofSeconds(2))
        .until(() -> backEnd.keys("gw:*" + doomed.backplane.nodeId() + "*").isEmpty());
    assertEquals(Set.of("bob"), backEnd.members("room:42:online"));
    await().until(() -> reaped(IN_ROOM, "ada") == 1);
    assertEquals(0, reaped(IN_ROOM, "bob"));
    for (int i = 0; i < 1_200; i++) {
      assertEquals(1, reaped(Audience.EVERYONE, "u" + i));
    }
    for (int i = 0; i < 300; i++) {
      assertEquals(1, reaped(Audience.of(ChannelName.room("r" + i)), "u" + i));
    }
    assertEquals(0, a.listener.lapses() + b.listener.lapses());
  }

  @Test
  void lapsedNodeTakesANewIncarnationAndLosesNobodyWhoIsJoinedAgain() {
    get(a.backplane.join(Audience.EVERYONE, "ada"));
    get(a.backplane.join(Audience.EVERYONE, "gone-meanwhile"));
    String first = leases().stream().filter(this::isOfA).findFirst().orElseThrow();
    // As if the process had been paused for longer than its lease lives.
    backEnd.call("ZADD", PresenceKeys.LEASES, "1", first);
    await().until(() -> a.listener.lapses() == 1);
    get(a.backplane.join(Audience.EVERYONE, "ada"));
    await().until(() -> reaped(Audience.EVERYONE, "gone-meanwhile") == 1);
    await().until(() -> leases().stream().filter(this::isOfA).count() == 1);
    assertFalse(leases().contains(first));
    assertEquals(Set.of("ada"), backEnd.members("users:online"));
    assertEquals(1, a.listener.lapses());
  }

  @Test
  void joinUnderALapsedLeaseIsRefusedAndMended() {
    get(a.backplane.join(Audience.EVERYONE, "ada"));
    String first = leases().stream().filter(this::isOfA).findFirst().orElseThrow();
    backEnd.call("ZREM", PresenceKeys.LEASES, first);
    await().until(() -> a.listener.lapses() == 1);
    assertEquals(1, get(a.backplane.join(Audience.EVERYONE, "ada")).size());
  }

  @Test
  void lostDataMakesEveryNodeJoinAgain() {
    get(a.backplane.join(Audience.EVERYONE, "ada"));
    redis.flushAll();
    await().until(() -> a.listener.lapses() == 1 && b.listener.lapses() == 1);
    assertEquals(new Joined(true, 1), get(a.backplane.join(Audience.EVERYONE, "ada")));
  }

  @Test
  void publicationForAUserGoesToTheNodesHeIsOn() {
    assertEquals(0, get(a.backplane.publishToUser("ada", bytes("nobody"))));
    get(a.backplane.join(Audience.EVERYONE, "ada"));
    get(b.backplane.join(Audience.EVERYONE, "ada"));
    get(b.backplane.join(Audience.EVERYONE, "bob"));
    assertEquals(2, get(a.backplane.publishToUser("ada", bytes("{\"to\":\"ada\"}"))));
    assertEquals(1, get(a.backplane.publishToUser("bob", bytes("{\"to\":\"bob\"}"))));
    await().until(() -> a.listener.userTexts("ada").equals(List.of("{\"to\":\"ada\"}")));
    await().until(() -> b.listener.userTexts("ada").equals(List.of("{\"to\":\"ada\"}")));
    await().until(() -> b.listener.userTexts("bob").equals(List.of("{\"to\":\"bob\"}")));
    assertEquals(List.of(), a.listener.userTexts("bob"));
  }

  @Test
  void userOfTwoIncarnationsIsReachedOnce() {
    get(a.backplane.join(Audience.EVERYONE, "ada"));
    String id = a.backplane.nodeId();
    backEnd.call("HSET", "gw:{users:online}:h", "ada", "," + id + "~1," + id + "~2,");
    assertEquals(1, get(b.backplane.publishToUser("ada", bytes("once"))));
    get(a.backplane.probe());
    assertEquals(List.of("once"), a.listener.userTexts("ada"));
  }

  @Test
  void userIsAwayOnceNoNodeSeesHimActiveAndAKilledOneSeesNobody() {
    get(a.backplane.appear(ada(UserStatus.ACTIVE)));
    get(b.backplane.appear(ada(UserStatus.ACTIVE)));
    get(b.backplane.join(IN_ROOM, "ada"));
    assertNull(get(b.backplane.appear(ada(UserStatus.AWAY))).status());
    assertEquals(List.of(ada(UserStatus.ACTIVE)), get(b.backplane.online(IN_ROOM, 9)).users());
    assertEquals(UserStatus.AWAY, get(a.backplane.appear(ada(UserStatus.AWAY))).status());
    assertEquals(UserStatus.ACTIVE, get(a.backplane.appear(ada(UserStatus.ACTIVE))).status());
    a.close();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                get(b.backplane.online(IN_ROOM, 9)).users().equals(List.of(ada(UserStatus.AWAY))));
    assertEquals(1, backEnd.hash("gw:{users:online}:d").size());
  }

  @Test
  void nodeWhoseTopicWasCutIsToldThatItMayHaveMissedUsers() {
    assertEquals(0, a.listener.usersResumed());
    redis.killSubscribers();
    await().until(() -> a.listener.usersResumed() == 1 && b.listener.usersResumed() == 1);
  }

  @Test
  void backEndReachesAUserByPlainPublish() {
    assertEquals(2, backEnd.publish("user:ada", bytes("hello")));
    await().until(() -> a.listener.userTexts("ada").equals(List.of("hello")));
    await().until(() -> b.listener.userTexts("ada").equals(List.of("hello")));
  }

  @Test
  void typingIsNotedWithTheTimeOfRedisAndForgottenInFiveSeconds() {
    a.subscribe(ROOM);
    long before = redisMillis();
    get(a.backplane.startTyping(ROOM, "ada", bytes("starts")));
    Map<String, String> typing = backEnd.hash("room:42:typing");
    assertEquals(Set.of("ada"), typing.keySet());
    long since = Long.parseLong(typing.get("ada"));
    assertTrue(since >= before && since <= redisMillis());
    assertEquals(5L, backEnd.call("TTL", "room:42:typing"));
    get(b.backplane.stopTyping(ROOM, "ada", bytes("stops")));
    assertEquals(Map.of(), backEnd.hash("room:42:typing"));
    await().until(() -> a.listener.texts(ROOM).equals(List.of("starts", "stops")));
  }

  @Test
  void staleTypingOfOthersIsTakenOut() {
    backEnd.call("HSET", "room:42:typing", "stale", "" + (redisMillis() - 5_001));
    backEnd.call("HSET", "room:42:typing", "fresh", "" + (redisMillis() - 1_000));
    get(a.backplane.startTyping(ROOM, "ada", bytes("starts")));
    assertEquals(Set.of("ada", "fresh"), backEnd.hash("room:42:typing").keySet());
  }

  @Test
  void shutdownLeavesNothingOfTheNodeBehind() {
    for (int i = 0; i < 700; i++) {
      a.backplane.join(Audience.EVERYONE, "u" + i);
      a.backplane.join(Audience.of(ChannelName.room("r" + i % 100)), "u" + i);
    }
    get(b.backplane.join(Audience.EVERYONE, "u1"));
    // Joins are still on their way.
    get(a.backplane.shutdown(Duration.ofSeconds(5)));
    assertEquals(Set.of(), backEnd.keys("*" + a.backplane.nodeId() + "*"));
    assertEquals(Set.of(), backEnd.keys("room:*"));
    assertFalse(leases().stream().anyMatch(this::isOfA));
    assertEquals(Set.of("u1"), backEnd.members("users:online"));
    assertEquals(Set.of("u1"), backEnd.hash("gw:{users:online}:h").keySet());
    await().until(() -> backEnd.topics("gw:node:" + a.backplane.nodeId()).isEmpty());
    assertFalse(a.backplane.health().isHealthy());
  }

  @Test
  void shutdownOfTheLastNodeLeavesNoKey() {
    get(a.backplane.appear(ada(UserStatus.AWAY)));
    get(b.backplane.join(IN_ROOM, "bob"));
    get(a.backplane.shutdown(Duration.ofSeconds(5)));
    get(b.backplane.shutdown(Duration.ofSeconds(5)));
    assertEquals(Set.of(), backEnd.keys("*"));
  }

  @Test
  void scriptsAreSentAgainWhenRedisForgotThem() {
    get(a.backplane.join(Audience.EVERYONE, "ada"));
    backEnd.call("SCRIPT", "FLUSH");
    assertEquals(new Joined(true, 2), get(a.backplane.join(Audience.EVERYONE, "bob")));
    assertEquals(0, a.listener.lapses());
  }

  private static OnlineUser ada(UserStatus status) {
    return new OnlineUser("ada", "Ada", status);
  }

  private int reaped(Audience audience, String user) {
    return a.listener.reaped(audience, user) + b.listener.reaped(audience, user);
  }

  private boolean isOfA(String incarnation) {
    return incarnation.startsWith(a.backplane.nodeId() + "~");
  }

  private List<String> leases() {
    List<String> all = new ArrayList<>();
    Object reply = backEnd.call("ZRANGE", PresenceKeys.LEASES, "0", "-1");
    for (Object each : (List<?>) Objects.requireNonNull(reply)) {
      all.add((String) each);
    }
    return all;
  }

  private long redisMillis() {
    List<?> time = (List<?>) Objects.requireNonNull(backEnd.call("TIME"));
    return Long.parseLong((String) time.get(0)) * 1_000
        + Long.parseLong((String) time.get(1)) / 1_000;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
