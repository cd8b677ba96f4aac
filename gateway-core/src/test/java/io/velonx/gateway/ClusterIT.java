package io.velonx.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What pages and back ends of today rely on, on two nodes that share a real Redis. */
class ClusterIT {
  private RedisServer redis;
  private RedisClient backEnd;
  private TestNode one;
  private TestNode two;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
    backEnd = redis.connect();
    one = node("one");
    two = node("two");
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
    backEnd.close();
    redis.close();
  }

  @Test
  void publicationsOfTheBackEndReachBothNodesExactlyOnceInOrder() {
    int count = 10_000;
    try (WsClient here = one.open("anna");
        WsClient alsoHere = one.open("cleo");
        WsClient there = two.open("bert")) {
      for (WsClient client : List.of(here, alsoHere, there)) {
        client.subscribe("room:a");
      }
      List<byte[]> messages = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        messages.add(("{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"n\":" + i + "}}").getBytes(UTF_8));
      }
      // In parts, so that a busy machine does not make a slow consumer of a client.
      for (int from = 0; from < count; from += 500) {
        backEnd.publishAll("room:a", messages.subList(from, from + 500));
        for (WsClient client : List.of(here, alsoHere, there)) {
          for (int i = from; i < from + 500; i++) {
            JsonNode message = client.expect("CHAT_MESSAGE");
            assertEquals(i, message.path("payload").path("n").asInt());
          }
        }
      }
      for (WsClient client : List.of(here, alsoHere, there)) {
        assertFalse(client.receivedUntilPong().toString().contains("CHAT_MESSAGE"));
      }
    }
  }

  @Test
  void octetsOfTheBackEndAreRelayedUntouched() {
    String odd =
        "{ \"payload\":{\"z\":1e400,\"a\":12345678901234567890.10,\"s\":\"\\ud800 \u00e9\"} ,"
            + "\"type\":\"NEW_THING\"}";
    try (WsClient client = two.open("anna")) {
      client.subscribe("group:g");
      backEnd.publish("group:g", odd.getBytes(UTF_8));
      assertEquals(odd, client.nextBut("USER_JOINED"));
    }
  }

  @Test
  void bodyThatIsNoEnvelopeIsDroppedAndCounted() {
    try (WsClient client = one.open("anna")) {
      client.subscribe("room:a");
      for (String body : List.of("", "not json", "[1]", "{\"payload\":{}}")) {
        backEnd.publish("room:a", body.getBytes(UTF_8));
      }
      backEnd.publish("room:a", new byte[] {(byte) 0xC3, '('});
      backEnd.publish("room:a", "{\"type\":\"AFTER\"}".getBytes(UTF_8));
      assertEquals("{\"type\":\"AFTER\"}", client.nextBut("USER_JOINED"));
      assertEquals(5, one.gateway().metrics().publicationsInvalid.getCount());
    }
  }

  @Test
  void typingIsSeenOnTheOtherNodeAndKeptInTheHash() {
    try (WsClient typist = one.open("anna~Anna");
        WsClient reader = two.open("bert")) {
      typist.subscribe("room:a");
      reader.subscribe("room:a");
      typist.command("{'type':'TYPING','payload':{'roomId':'a','isTyping':true}}");
      assertEquals("Anna", reader.expect("TYPING").path("payload").path("userName").asText());
      assertEquals(Set.of("anna"), backEnd.hash("room:a:typing").keySet());
      typist.command("{'type':'TYPING','payload':{'roomId':'a','isTyping':false}}");
      assertFalse(reader.expect("TYPING").path("payload").path("isTyping").asBoolean());
      assertEquals(Set.of(), backEnd.hash("room:a:typing").keySet());
    }
  }

  @Test
  void directTypingReachesEveryConnectionOnEveryNode() {
    try (WsClient typist = one.open("anna~Anna");
        WsClient here = one.open("bert");
        WsClient there = two.open("bert")) {
      await().until(() -> backEnd.members("users:online"), Set.of("anna", "bert")::equals);
      awaitOwners(2, "bert");
      typist.command("{'type':'DM_TYPING','payload':{'targetUserId':'bert','isTyping':true}}");
      assertEquals("anna", here.expect("DM_TYPING").path("payload").path("userId").asText());
      assertEquals("anna", there.expect("DM_TYPING").path("payload").path("userId").asText());
    }
  }

  @Test
  void backEndMayPublishToAUser() {
    try (WsClient here = one.open("anna");
        WsClient there = two.open("anna");
        WsClient stranger = two.open("bert")) {
      await()
          .untilAsserted(
              () ->
                  assertEquals(
                      2,
                      backEnd.publish(
                          "user:anna",
                          "{\"type\":\"CONNECTION_REQUEST\",\"payload\":{}}".getBytes(UTF_8))));
      here.expect("CONNECTION_REQUEST");
      there.expect("CONNECTION_REQUEST");
      assertEquals(List.of(), stranger.receivedUntilPong());
    }
  }

  @Test
  void userIsOnlineExactlyWhileAConnectionExistsAnywhere() {
    WsClient here = one.open("anna");
    WsClient there = two.open("anna");
    awaitOwners(2, "anna");
    assertEquals(Set.of("anna"), backEnd.members("users:online"));
    here.close();
    awaitOwners(1, "anna");
    assertEquals(Set.of("anna"), backEnd.members("users:online"));
    there.close();
    await().until(() -> backEnd.members("users:online").isEmpty());
  }

  @Test
  void joiningAndLeavingAreAnnouncedOncePerUserInTheCluster() {
    try (WsClient watcher = one.open("watcher")) {
      watcher.subscribe("room:a");
      watcher.expect("USER_JOINED");
      WsClient here = one.open("anna~Anna");
      here.subscribe("room:a");
      assertEquals("anna", watcher.expect("USER_JOINED").path("payload").path("userId").asText());
      WsClient there = two.open("anna~Anna");
      there.subscribe("room:a");
      await().until(() -> backEnd.members("room:a:online").equals(Set.of("watcher", "anna")));
      here.command("{'type':'UNSUBSCRIBE','id':'u','payload':{'roomId':'a'}}");
      here.expect("ACK");
      there.command("{'type':'UNSUBSCRIBE','id':'u','payload':{'roomId':'a'}}");
      there.expect("ACK");
      assertEquals("anna", watcher.expect("USER_LEFT").path("payload").path("userId").asText());
      assertEquals(Set.of("watcher"), backEnd.members("room:a:online"));
      assertEquals(List.of(), watcher.receivedUntilPong());
      here.close();
      there.close();
    }
  }

  @Test
  void subscriptionsComeBackAfterALostPubSubConnection() {
    try (WsClient here = one.open("anna");
        WsClient there = two.open("bert")) {
      here.subscribe("room:a");
      there.subscribe("room:a");
      redis.killSubscribers();
      awaitDelivery(here, there);
    }
  }

  @Test
  void redisRestartIsSurvivedWithoutARestartOfOurs() {
    try (WsClient here = one.open("anna");
        WsClient there = two.open("bert")) {
      here.subscribe("room:a");
      there.subscribe("room:a");
      redis.kill();
      await().until(() -> !one.gateway().backplaneHealth().isHealthy());
      here.command("{'type':'PING'}");
      here.expect("PONG");
      redis.restart();
      backEnd.close();
      backEnd = redis.connect();
      awaitDelivery(here, there);
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> backEnd.members("users:online").equals(Set.of("anna", "bert")));
      await().until(() -> backEnd.members("room:a:online").equals(Set.of("anna", "bert")));
    }
  }

  @Test
  void thousandConnectionsInOneRoomEachHearEachMessage() {
    List<WsClient> crowd = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      WsClient client = (i % 2 == 0 ? one : two).open("user" + i);
      client.command("{'type':'SUBSCRIBE','id':'s','payload':{'roomId':'crowd'}}");
      crowd.add(client);
    }
    crowd.forEach(client -> client.expect("ACK"));
    for (int i = 0; i < 5; i++) {
      backEnd.publish(
          "room:crowd",
          ("{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"n\":" + i + "}}").getBytes(UTF_8));
    }
    for (WsClient client : crowd) {
      for (int i = 0; i < 5; i++) {
        assertEquals(i, client.expect("CHAT_MESSAGE").path("payload").path("n").asInt());
      }
    }
    await().until(() -> backEnd.members("room:crowd:online").size() == 1_000);
    crowd.forEach(WsClient::drop);
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertEquals(Set.of(), backEnd.members("room:crowd:online"));
              assertEquals(Set.of(), backEnd.members("users:online"));
            });
  }

  @Test
  void stoppedNodeLeavesNothingBehind() {
    WsClient here = one.open("anna");
    here.subscribe("room:a");
    await().until(() -> backEnd.members("room:a:online").equals(Set.of("anna")));
    one.close();
    assertEquals(4200, here.closeCode());
    assertEquals(Set.of(), backEnd.members("room:a:online"));
    assertEquals(Set.of(), backEnd.members("users:online"));
  }

  private void awaitDelivery(WsClient here, WsClient there) {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              backEnd.publish("room:a", "{\"type\":\"BEACON\"}".getBytes(UTF_8));
              assertTrue(here.receivedUntilPong().toString().contains("BEACON"));
              assertTrue(there.receivedUntilPong().toString().contains("BEACON"));
            });
  }

  /** Until that many nodes count the user in. */
  private void awaitOwners(int nodes, String userId) {
    await()
        .untilAsserted(
            () ->
                assertEquals(
                    nodes,
                    one.gateway()
                        .broadcastToUser(userId, "{\"type\":\"X\"}".getBytes(UTF_8), false, null)
                        .toCompletableFuture()
                        .get()
                        .nodes()));
  }

  private TestNode node(String name) {
    return TestNode.start(
        new RedissonBackplane(
            RedisConfig.parse(redis.url()),
            BackplaneTimings.DEFAULT,
            NodeId.create(name, new SecureRandom())),
        settings -> settings);
  }
}
