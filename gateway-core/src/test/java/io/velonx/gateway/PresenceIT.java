package io.velonx.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.history.HistoryPolicy;
import io.velonx.gateway.presence.OnlineLists;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is online and how he is seen: on two nodes that share a real Redis. */
@Timeout(120)
class PresenceIT {
  private RedisServer redis;
  private RedisClient backEnd;
  private TestNode one;
  private TestNode two;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
    backEnd = redis.connect();
    one = node("one", settings -> settings);
    two = node("two", settings -> settings);
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
    backEnd.close();
    redis.close();
  }

  @Test
  void subscriberIsToldWhoIsOnlineOnAllNodes() {
    try (WsClient anna = one.open("anna~Anna");
        WsClient bert = two.open("bert");
        WsClient stranger = two.open("cleo")) {
      anna.subscribe("room:a");
      bert.subscribe("room:a");
      backEnd.call("SADD", "room:a:online", "guest");
      Set<String> expected = Set.of("anna Anna active", "bert bert active", "guest  ");
      awaitOnline(anna, expected);
      awaitOnline(bert, expected);
      assertEquals(3, presence(anna).path("count").asLong());
      stranger.command("{'type':'PRESENCE','id':'p','payload':{'roomId':'a'}}");
      assertEquals(
          "NOT_SUBSCRIBED", stranger.expect("ERROR").path("payload").path("code").asText());
    }
  }

  @Test
  void subscribingTellsWhoIsOnlineWhereThatIsAsked() {
    one.close();
    one = node("one", settings -> settings.history(HistoryPolicy.everywhere(Retention.NONE)));
    for (TestNode node : List.of(one, two)) {
      try (WsClient there = two.open("anna");
          WsClient newcomer = node.open("bert")) {
        there.subscribe("room:a");
        awaitOnline(there, Set.of("anna anna active"));
        String subscribe = "{'type':'SUBSCRIBE','id':'s','payload':{'roomId':'a'%s}}";
        newcomer.command(String.format(subscribe, ",'presence':true"));
        JsonNode ack = newcomer.expect("ACK").path("payload");
        assertEquals("room:a", ack.path("channel").asText());
        assertTrue(online(ack).contains("anna anna active"), ack.toString());
        assertTrue(ack.path("count").asLong() >= 1, ack.toString());
        newcomer.command(String.format(subscribe, ""));
        assertFalse(newcomer.expect("ACK").path("payload").has("online"));
      }
      await().until(() -> backEnd.members("room:a:online").isEmpty());
    }
  }

  @Test
  void statusIsToldInTheChannelsOfTheUserOnAllNodes() {
    try (WsClient anna = one.open("anna");
        WsClient far = two.open("bert");
        WsClient elsewhere = two.open("cleo")) {
      anna.subscribe("room:a");
      anna.subscribe("group:b");
      far.subscribe("room:a");
      elsewhere.subscribe("room:c");
      awaitOnline(far, Set.of("anna anna active", "bert bert active"));
      status(anna, "away");
      assertStatus(far, "anna", "away");
      assertStatus(anna, "anna", "away");
      awaitOnline(far, Set.of("anna anna away", "bert bert active"));
      status(anna, "active");
      assertStatus(far, "anna", "active");
      assertFalse(elsewhere.receivedUntilPong().toString().contains("USER_STATUS"));
    }
  }

  @Test
  void userIsAwayOnlyWhenAllHisConnectionsOnAllNodesAre() {
    try (WsClient watcher = one.open("bert");
        WsClient phone = one.open("anna")) {
      watcher.subscribe("room:a");
      phone.subscribe("room:a");
      try (WsClient desk = two.open("anna")) {
        desk.subscribe("room:a");
        await().until(() -> backEnd.hash("gw:{users:online}:d").size() == 3);
        status(phone, "away");
        await().until(() -> backEnd.hash("gw:{users:online}:d").values().contains("0anna"));
        awaitOnline(watcher, Set.of("anna anna active", "bert bert active"));
        status(desk, "away");
        assertStatus(watcher, "anna", "away");
        status(desk, "active");
        assertStatus(watcher, "anna", "active");
      }
      // With the one that was active, his attention is gone.
      awaitOnline(watcher, Set.of("anna anna away", "bert bert active"));
    }
    await().until(() -> backEnd.hash("gw:{users:online}:d").isEmpty());
  }

  @Test
  void whatRedisLostOfTheStatusIsSaidAgain() {
    try (WsClient anna = one.open("anna~Anna")) {
      anna.subscribe("room:a");
      status(anna, "away");
      awaitOnline(anna, Set.of("anna Anna away"));
      redis.flushAll();
      awaitOnline(anna, Set.of("anna Anna away"));
    }
  }

  @Test
  void ofACrowdSomeAreToldAndNoStatusIsAnnounced() {
    one.close();
    one = node("one", settings -> settings.presenceAnnounceLimit(10));
    try (WsClient anna = one.open("anna")) {
      int size = OnlineLists.MOST + 20;
      List<String> words = new ArrayList<>(List.of("SADD", "room:a:online"));
      IntStream.range(1, size).forEach(i -> words.add("u" + i));
      backEnd.call(words.toArray(String[]::new));
      anna.subscribe("room:a");
      await().until(() -> presence(anna).path("count").asLong() == size);
      assertEquals(OnlineLists.MOST, presence(anna).path("online").size());
      status(anna, "away");
      await().until(() -> backEnd.hash("gw:{users:online}:d").values().contains("0anna"));
      assertFalse(anna.receivedUntilPong().toString().contains("USER_STATUS"));
    }
  }

  @Test
  void nodeThatIsAloneDoesTheSame() {
    try (TestNode alone = TestNode.start(settings -> settings);
        WsClient anna = alone.open("anna~Anna");
        WsClient bert = alone.open("bert")) {
      anna.subscribe("room:a");
      bert.subscribe("room:a");
      awaitOnline(anna, Set.of("anna Anna active", "bert bert active"));
      status(anna, "away");
      assertStatus(bert, "anna", "away");
      awaitOnline(bert, Set.of("anna Anna away", "bert bert active"));
    }
  }

  private static void status(WsClient client, String status) {
    client.command("{'type':'STATUS','id':'t','payload':{'status':'" + status + "'}}");
    client.expect(each -> each.path("id").asText().equals("t"), "the answer to STATUS");
  }

  /** Until that is told; each node that the user is on may say the same once. */
  private static void assertStatus(WsClient client, String userId, String status) {
    client.expect(
        each ->
            each.path("type").asText().equals("USER_STATUS")
                && each.path("payload").path("userId").asText().equals(userId)
                && each.path("payload").path("status").asText().equals(status),
        userId + " " + status);
  }

  private static JsonNode presence(WsClient client) {
    client.command("{'type':'PRESENCE','id':'p','payload':{'roomId':'a'}}");
    return client
        .expect(each -> each.path("id").asText().equals("p"), "the answer to PRESENCE")
        .path("payload");
  }

  private static void awaitOnline(WsClient client, Set<String> expected) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertEquals(new TreeSet<>(expected), online(presence(client))));
  }

  private static Set<String> online(JsonNode payload) {
    TreeSet<String> online = new TreeSet<>();
    for (JsonNode user : payload.path("online")) {
      online.add(
          String.join(
              " ",
              user.path("userId").asText(),
              user.path("userName").asText(),
              user.path("status").asText()));
    }
    return online;
  }

  private TestNode node(String name, UnaryOperator<GatewayConfig.Builder> settings) {
    TestNode node =
        TestNode.start(
            new RedissonBackplane(
                RedisConfig.parse(redis.url()),
                BackplaneTimings.DEFAULT,
                NodeId.create(name, new SecureRandom())),
            settings);
    await().until(() -> node.gateway().backplaneHealth().isHealthy());
    return node;
  }
}
