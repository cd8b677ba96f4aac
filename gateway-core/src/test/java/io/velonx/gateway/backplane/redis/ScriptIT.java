package io.velonx.gateway.backplane.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each script by itself, as Redis runs it. */
@Timeout(30)
class ScriptIT {
  private static final Audience ROOM = Audience.of(ChannelName.room("1"));
  private static final String SET = "room:1:online";
  private static RedisServer redis;

  private RedisClient client;

  @BeforeAll
  static void startRedis() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void endRedis() {
    redis.close();
  }

  @BeforeEach
  void connect() {
    redis.flushAll();
    client = redis.connect();
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  @Test
  void joinWithoutALeaseChangesNothing() {
    assertEquals(List.of(-1L, 0L), join("a~1", "ada"));
    client.call("ZADD", PresenceKeys.LEASES, "1", "a~1");
    assertEquals(List.of(-1L, 0L), join("a~1", "ada"));
    assertEquals(Set.of(PresenceKeys.LEASES), client.keys("*"));
  }

  @Test
  void joinAndLeaveAreHarmlessWhenRepeated() {
    lease("a~1");
    lease("b~1");
    assertEquals(List.of(1L, 1L), join("a~1", "ada"));
    assertEquals(List.of(0L, 1L), join("a~1", "ada"));
    assertEquals(List.of(0L, 1L), join("b~1", "ada"));
    assertEquals(List.of(0L, 1L), leave("a~1", "ada"));
    assertEquals(List.of(0L, 1L), leave("a~1", "ada"));
    assertEquals(List.of(1L, 0L), leave("b~1", "ada"));
    assertEquals(List.of(0L, 0L), leave("b~1", "ada"));
    assertEquals(Set.of(PresenceKeys.LEASES), client.keys("*"));
  }

  @Test
  void repeatedJoinRestoresWhatABackEndTookOut() {
    lease("a~1");
    join("a~1", "ada");
    client.call("SREM", SET, "ada");
    assertEquals(List.of(0L, 1L), join("a~1", "ada"));
    assertEquals(Set.of("ada"), client.members(SET));
  }

  @Test
  void incarnationsThatBeginAlikeAreNotMixedUp() {
    lease("a~1");
    lease("a~11");
    join("a~11", "ada");
    join("a~1", "ada");
    assertEquals(List.of(0L, 1L), leave("a~1", "ada"));
    assertEquals(",a~11,", client.hash("gw:{" + SET + "}:h").get("ada"));
    assertEquals(List.of(1L, 0L), leave("a~11", "ada"));
  }

  @Test
  void reapersShareTheUsersOfADeadNodeWithoutOverlap() {
    lease("dead~1");
    lease("alive~1");
    Set<String> all = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      all.add("u" + i);
      join("dead~1", "u" + i);
    }
    join("alive~1", "u0");
    List<Object> taken = new ArrayList<>();
    try (RedisClient other = redis.connect()) {
      long left;
      do {
        taken.addAll(tail(reap(client, "dead~1")));
        List<?> reply = reap(other, "dead~1");
        taken.addAll(tail(reply));
        left = (Long) reply.get(0);
      } while (left > 0);
    }
    all.remove("u0");
    assertEquals(all, new HashSet<>(taken));
    assertEquals(all.size(), taken.size());
    assertEquals(Set.of("u0"), client.members(SET));
    assertEquals(Set.of(), client.keys("*dead*"));
    assertEquals(List.of(0L), reap(client, "dead~1"));
  }

  @Test
  void lapsedLeaseIsNotRenewedButNamedAsExpired() {
    assertEquals(List.of(1L), lease("a~1", 60_000, true));
    assertEquals(List.of(1L), lease("a~1", 1, false));
    await().until(() -> lease("a~1", 60_000, false).equals(List.of(0L, "a~1")));
    assertEquals(List.of(1L, "a~1"), lease("a~2", 60_000, true));
    client.call("DEL", PresenceKeys.LEASES);
    assertEquals(List.of(0L), lease("a~2", 60_000, false));
  }

  @Test
  void routeCountsNodesThatListen() {
    client.call("HSET", "gw:{users:online}:h", "ada", ",a-1~1,a-1~2,b~3,");
    assertEquals(0L, route("ada"));
    assertEquals(0L, route("nobody"));
  }

  @Test
  void typingHashIsEmptyAfterTheLastStop() {
    typing(Script.START_TYPING, "ada");
    typing(Script.START_TYPING, "bob");
    assertEquals(Set.of("ada", "bob"), client.hash("room:1:typing").keySet());
    long life = (Long) Objects.requireNonNull(client.call("PTTL", "room:1:typing"));
    assertTrue(life > 4_000 && life <= 5_000, "life " + life);
    assertTrue(
        client.hash("room:1:typing").values().stream().allMatch(since -> since.matches("\\d{13}")));
    typing(Script.STOP_TYPING, "ada");
    typing(Script.STOP_TYPING, "bob");
    assertEquals(Set.of(), client.keys("*"));
  }

  @Test
  void connectionIsNotCountedWithoutALease() {
    assertEquals(-1L, admit("a~1", "a/1", 2, "0"));
    assertEquals(Set.of(), client.keys("*"));
  }

  @Test
  void connectionsOfNodesWithoutALeaseMakeRoom() {
    lease("a~1");
    assertEquals(1L, admit("a~1", "a/1", 1, "0"));
    assertEquals(0L, admit("a~1", "a/2", 1, "0"));
    client.call("ZREM", PresenceKeys.LEASES, "a~1");
    lease("b~1");
    assertEquals(1L, admit("b~1", "b/1", 1, "0"));
    assertEquals(Set.of("b/1"), client.hash("gw:{user:ada}:c").keySet());
  }

  @Test
  void connectionCountedAgainUnderANewLeaseKeepsItsAge() {
    lease("a~1");
    assertEquals(1L, admit("a~1", "a/1", 2, "1"));
    assertEquals(1L, admit("a~1", "a/2", 2, "1"));
    lease("a~2");
    assertEquals(1L, admit("a~2", "a/1", 0, "0"));
    assertEquals(1L, admit("a~2", "a/2", 0, "0"));
    assertEquals(1L, admit("a~2", "a/3", 2, "1"));
    assertEquals(Set.of("a/2", "a/3"), client.hash("gw:{user:ada}:c").keySet());
  }

  @Test
  void bucketGivesItsTokensAndIsForgottenWhenItIsFull() {
    List<String> bucket = List.of(PresenceKeys.bucket("ada", "x"));
    for (int i = 0; i < 3; i++) {
      assertTrue((Long) charge(bucket) <= 300_000);
    }
    assertTrue((Long) charge(bucket) > 300_000);
    await().until(() -> client.keys("*").isEmpty());
    assertTrue((Long) charge(bucket) <= 100_000);
  }

  private Object admit(String incarnation, String connection, int most, String replace) {
    List<String> keys = List.of(PresenceKeys.connections("ada"), PresenceKeys.LEASES);
    return Objects.requireNonNull(
        eval(
            client,
            Script.ADMIT,
            keys,
            incarnation,
            connection,
            "" + most,
            replace,
            "ada",
            NodeTopics.CONTROL_PREFIX));
  }

  /** One of three tokens, of which one comes back in a tenth of a second. */
  private Object charge(List<String> bucket) {
    return Objects.requireNonNull(eval(client, Script.CHARGE, bucket, "100000", "3"));
  }

  private @Nullable Object typing(Script script, String user) {
    return eval(client, script, List.of("room:1:typing"), user, "room:1", "{}");
  }

  private void lease(String incarnation) {
    lease(incarnation, 60_000, true);
  }

  private List<?> lease(String incarnation, long ttlMillis, boolean fresh) {
    List<?> reply =
        list(
            eval(
                client,
                Script.LEASE,
                List.of(PresenceKeys.LEASES),
                incarnation,
                "" + ttlMillis,
                fresh ? "1" : "0"));
    assertTrue(String.valueOf(reply.get(1)).matches("\\w{40}"), "run " + reply.get(1));
    return Stream.concat(Stream.of(reply.get(0)), reply.stream().skip(2)).toList();
  }

  @Test
  void logThatHasFallenBehindWhatWasSeenBeginsAnew() {
    client.call("HSET", "gw:{room:1}:m", "e", "first", "o", "0");
    append("{");
    append("{");
    assertEquals(List.of("first", 2L, 3L, 3L), readSeen("first", 2));
    assertEquals(List.of("first", 2L, 3L, 3L), readSeen("another", 9));
    // As after a fail-over to a copy that lacks the third.
    assertEquals(List.of("second", 0L, 3L, 1L), readSeen("first", 3));
    assertEquals(List.of(1L, "second", 0L, ""), append("{"));
    assertEquals(1L, client.call("LLEN", "gw:{room:1}:h"));
  }

  @Test
  void everyKeyOfALogExpires() {
    append("{");
    for (String key : client.keys("*")) {
      assertTrue((Long) Objects.requireNonNull(client.call("PTTL", key)) > 0, key);
    }
    assertEquals(Set.of("gw:{room:1}:h", "gw:{room:1}:m"), client.keys("*"));
  }

  @Test
  void revocationsAreKeptUntilTheyAreOverAndNoMoreThanMayBe() {
    long now = System.currentTimeMillis();
    assertEquals(1L, revoke("B:ada", now + 60_000));
    assertEquals(1L, revoke("B:ada", now + 30_000), "the later end wins");
    assertEquals(List.of("B:ada", "" + (now + 60_000)), texts(revoked()));
    assertEquals(2L, revoke("S:s1", now + 90_000));
    assertEquals(2L, revoke("T:over", now - 1), "over already");
    assertEquals(2L, revoke("U1:bob", now + 70_000), "the first to end goes");
    assertEquals(
        List.of("U1:bob", "" + (now + 70_000), "S:s1", "" + (now + 90_000)), texts(revoked()));
    assertEquals(1L, revoke("S:s1", 0), "taken back");
    assertTrue((Long) Objects.requireNonNull(client.call("PTTL", PresenceKeys.REVOCATIONS)) > 0);
    client.call("ZADD", PresenceKeys.REVOCATIONS, "" + (now - 1), "B:late");
    assertEquals(List.of("U1:bob", "" + (now + 70_000)), texts(revoked()));
  }

  private @Nullable Object revoke(String name, long until) {
    return eval(
        client,
        Script.REVOKE,
        List.of(PresenceKeys.REVOCATIONS),
        name,
        "" + until,
        "2",
        NodeTopics.ALL_NODES,
        "X");
  }

  private List<?> revoked() {
    return list(eval(client, Script.REVOKED, List.of(PresenceKeys.REVOCATIONS)));
  }

  private static List<String> texts(List<?> reply) {
    return reply.stream()
        .map(each -> each instanceof byte[] octets ? new String(octets, UTF_8) : "" + each)
        .toList();
  }

  @Test
  void readerWhoIsNotSeenForLongHoldsNothingBack() {
    append("{");
    assertEquals(List.of("second", 0L, 0L), mark("here", "", 0));
    // Seen in the first second of 1970, and nine days from now.
    client.call("HSET", "gw:{room:1}:r", "gone", "second 0 1000");
    client.call("HSET", "gw:{room:1}:r", "late", "second 0 99999999999999");
    assertEquals(List.of("second", 1L, 0L), mark("here", "second", 1));
    assertEquals(Set.of("here", "late"), client.hash("gw:{room:1}:r").keySet());
    assertEquals(1L, client.call("LLEN", "gw:{room:1}:h"));
    assertEquals(List.of("second", 1L, 0L), mark("late", "second", 1));
    assertEquals(0L, client.call("LLEN", "gw:{room:1}:h"));
  }

  @Test
  void readersLearnThatTheirEpochIsNoMoreAndNothingIsForgottenForTheOldOne() {
    append("{");
    append("{");
    mark("a", "second", 2);
    mark("b", "second", 2);
    assertEquals("2", client.hash("gw:{room:1}:m").get("a"));
    assertEquals(List.of("third", 0L, 3L, 1L), readSeen("second", 4, "third"));
    append("{");
    assertEquals(List.of("third", 0L, 1L), mark("a", "", 0));
    assertEquals(List.of("third", 1L, 0L), mark("a", "third", 1));
    assertEquals(1L, client.call("LLEN", "gw:{room:1}:h"));
    assertEquals(List.of("third", 0L, 1L), mark("b", "second", 2));
    assertEquals(List.of("third", 1L, 0L), mark("b", "third", 1));
    assertEquals(0L, client.call("LLEN", "gw:{room:1}:h"));
  }

  @Test
  void offsetsAreRememberedLongerThanEntries() {
    long fourWeeks = 28L * 24 * 60 * 60 * 1000;
    assertEquals(List.of("second", 0L, 0L), mark("reader", "", 0));
    append("{");
    readSeen("second", 1, "second");
    mark("reader", "second", 1);
    for (String key : client.keys("*")) {
      long life = (Long) Objects.requireNonNull(client.call("PTTL", key));
      assertTrue(life > fourWeeks - 60_000, key + " " + life);
    }
    assertEquals(Set.of("gw:{room:1}:m", "gw:{room:1}:r"), client.keys("*"));
  }

  private List<?> mark(String reader, String epoch, long offset) {
    List<String> keys = List.of("gw:{room:1}:m", "gw:{room:1}:h", "gw:{room:1}:r");
    String week = "" + Duration.ofDays(7).toMillis();
    return list(eval(client, Script.MARK, keys, reader, epoch, "" + offset, "second", week, "16"));
  }

  private List<?> append(String opened) {
    List<String> keys = List.of("gw:{room:1}:m", "gw:{room:1}:h");
    return list(eval(client, Script.APPEND, keys, opened, "10", "60000", "second", "", "", "1000"));
  }

  private List<?> readSeen(String epoch, long offset) {
    return readSeen(epoch, offset, "second");
  }

  private List<?> readSeen(String epoch, long offset, String fresh) {
    List<String> keys = List.of("gw:{room:1}:m", "gw:{room:1}:h");
    return list(eval(client, Script.READ, keys, "2", "10", fresh, epoch, "" + offset));
  }

  private List<?> join(String incarnation, String user) {
    List<String> keys = new ArrayList<>(PresenceKeys.of(ROOM, incarnation));
    keys.add(PresenceKeys.LEASES);
    // Without what changed about his status, of which a channel knows nothing.
    return list(eval(client, Script.JOIN, keys, incarnation, SET, user)).subList(0, 2);
  }

  private List<?> leave(String incarnation, String user) {
    return list(
        eval(client, Script.LEAVE, PresenceKeys.of(ROOM, incarnation), incarnation, SET, user));
  }

  private static List<?> reap(RedisClient by, String incarnation) {
    return list(eval(by, Script.REAP, PresenceKeys.of(ROOM, incarnation), incarnation, SET, "2"));
  }

  private @Nullable Object route(String user) {
    return eval(client, Script.ROUTE, List.of("gw:{users:online}:h"), user, "gw:node:", "{}");
  }

  private static List<?> tail(List<?> reply) {
    return reply.subList(1, reply.size());
  }

  private static List<?> list(@Nullable Object reply) {
    return (List<?>) Objects.requireNonNull(reply);
  }

  private static @Nullable Object eval(
      RedisClient by, Script script, List<String> keys, String... arguments) {
    return by.call(
        Stream.of(
                Stream.of("EVAL", script.source(), "" + keys.size()),
                keys.stream(),
                Stream.of(arguments))
            .flatMap(words -> words)
            .toArray(String[]::new));
  }
}
