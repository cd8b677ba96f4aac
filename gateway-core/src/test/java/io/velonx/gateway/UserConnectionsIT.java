package io.velonx.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.limit.UserCap.WhenFull;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.testing.RawClient;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many connections a user has on two nodes that share a real Redis. */
@Timeout(120)
class UserConnectionsIT {
  private static final String TARGET = RawClient.PATH + "?token=anna";

  private final RedisServer redis = RedisServer.start();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    redis.close();
  }

  @Test
  void connectionsOnAllNodesCountTogether() {
    TestNode one = node(2, WhenFull.REJECT);
    TestNode two = node(2, WhenFull.REJECT);
    WsClient first = one.open("anna");
    try (WsClient second = two.open("anna")) {
      assertEquals(429, WsClient.statusOf(one.port(), TARGET));
      assertEquals(429, WsClient.statusOf(two.port(), TARGET));
      assertEquals(101, WsClient.statusOf(two.port(), RawClient.PATH + "?token=bert"));
      first.close();
      await().until(() -> WsClient.statusOf(two.port(), TARGET) == 101);
      second.command("{'type':'PING'}");
      second.expect("PONG");
    }
    // Nothing stays behind in Redis once everybody is gone.
    try (RedisClient client = redis.connect()) {
      await().until(() -> client.keys("gw:{user:*").isEmpty());
    }
  }

  @Test
  void oldestConnectionIsReplacedOnWhateverNodeItIs() {
    TestNode one = node(2, WhenFull.REPLACE_OLDEST);
    TestNode two = node(2, WhenFull.REPLACE_OLDEST);
    try (WsClient oldest = one.open("anna");
        WsClient second = two.open("anna");
        WsClient third = two.open("anna")) {
      assertEquals(4005, oldest.closeCode());
      for (WsClient stays : List.of(second, third)) {
        stays.command("{'type':'PING'}");
        stays.expect("PONG");
      }
    }
  }

  @Test
  void usersConnectingAtOnceOnBothNodesAreNeverMoreThanTheCap() {
    TestNode one = node(5, WhenFull.REPLACE_OLDEST);
    TestNode two = node(5, WhenFull.REPLACE_OLDEST);
    List<RawClient> sockets = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      RawClient socket = RawClient.connect(i % 2 == 0 ? one.port() : two.port());
      opened.add(socket);
      sockets.add(socket);
      socket.sendAscii(RawClient.upgradeRequest(TARGET));
    }
    sockets.forEach(socket -> assertEquals(101, socket.readHead().status()));
    await()
        .untilAsserted(
            () ->
                assertEquals(
                    5,
                    one.gateway().getConnectionStats().totalConnections()
                        + two.gateway().getConnectionStats().totalConnections()));
  }

  @Test
  void connectionsStillCountAfterRedisHasForgottenEverything() {
    TestNode one = node(2, WhenFull.REJECT);
    TestNode two = node(2, WhenFull.REJECT);
    try (WsClient first = one.open("anna");
        WsClient second = one.open("anna")) {
      redis.flushAll();
      try (RedisClient client = redis.connect()) {
        await()
            .untilAsserted(
                () -> assertEquals(2, client.hash("gw:{user:anna}:c").size(), "counted again"));
      }
      // Until the other node has a lease again, it lets in whom it does not know.
      await().until(() -> WsClient.statusOf(two.port(), TARGET) == 429);
      assertFalse(first.isClosed() || second.isClosed());
    }
  }

  @Test
  void nodeWithoutRedisCountsAloneAndSaysSo() {
    TestNode one = node(2, WhenFull.REJECT);
    TestNode two = node(2, WhenFull.REJECT);
    try (WsClient first = one.open("anna");
        WsClient second = one.open("anna")) {
      redis.kill();
      await().until(() -> !two.gateway().backplaneHealth().publisherConnected());
      await().until(() -> !one.gateway().backplaneHealth().publisherConnected());
      assertEquals(429, WsClient.statusOf(one.port(), TARGET));
      try (WsClient third = two.open("anna")) {
        assertTrue(
            two.gateway().metrics().registry().counter(MetricNames.LIMITS_UNCHECKED).getCount()
                > 0);
        redis.restart();
        try (RedisClient client = redis.connect()) {
          await()
              .atMost(Duration.ofSeconds(30))
              .untilAsserted(() -> assertEquals(3, client.hash("gw:{user:anna}:c").size()));
        }
        await().until(() -> WsClient.statusOf(two.port(), TARGET) == 429);
        assertFalse(first.isClosed() || second.isClosed() || third.isClosed());
      }
    }
  }

  @Test
  void whatAUserPublishesOnOneNodeCountsOnTheOther() {
    UnaryOperator<GatewayConfig.Builder> slow =
        settings ->
            settings
                .clientPublishing(ClientPublishing.everywhere(ClientPublishing.Policy.RELAY))
                .limits(limits -> limits.publishing(new Rate(1, 10)));
    TestNode one = node(slow);
    TestNode two = node(slow);
    try (WsClient here = one.open("anna");
        WsClient there = two.open("anna")) {
      here.subscribe("room:a");
      there.subscribe("room:a");
      for (int i = 0; i < 10; i++) {
        say(here);
        here.expect("ACK");
      }
      // The first one there tells that node what it did not know.
      say(there);
      there.expect("ACK");
      await()
          .untilAsserted(
              () -> {
                say(there);
                assertEquals(
                    "RATE_LIMITED", there.expect("ERROR").path("payload").path("code").asText());
              });
    }
  }

  private static void say(WsClient client) {
    client.command("{'type':'CHAT_MESSAGE','id':'1','payload':{'roomId':'a','content':'x'}}");
  }

  private TestNode node(int most, WhenFull whenFull) {
    return node(settings -> settings.limits(limits -> limits.connectionsPerUser(most, whenFull)));
  }

  private TestNode node(UnaryOperator<GatewayConfig.Builder> settings) {
    TestNode node =
        TestNode.start(
            new RedissonBackplane(
                RedisConfig.parse(redis.url()),
                BackplaneTimings.DEFAULT,
                NodeId.create("node", new SecureRandom())),
            settings);
    opened.add(0, node);
    await().until(() -> node.gateway().isReady());
    return node;
  }
}
