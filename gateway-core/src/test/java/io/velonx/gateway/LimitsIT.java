package io.velonx.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.limit.LimitConfig;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.limit.TrustedProxies;
import io.velonx.gateway.limit.UserCap.WhenFull;
import io.velonx.gateway.testing.RawClient;
import io.velonx.gateway.testing.RawClient.HttpResponse;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node refuses, at the wire; after each, a fresh connection works. */
@Timeout(60)
class LimitsIT {
  private static final String TARGET = RawClient.PATH + "?token=u1";

  private final List<AutoCloseable> held = new ArrayList<>();
  private TestNode node = TestNode.start(settings -> settings);

  @AfterEach
  void freshConnectionWorks() throws Exception {
    try {
      release();
      // Where upgrades are spread, it may have to wait for its turn.
      await().ignoreExceptions().until(this::freshPingIsAnswered);
    } finally {
      node.close();
    }
  }

  @Test
  void commandsBeyondTheRateAreRefusedAndSayWhenToComeBack() {
    start(limits -> limits.commands(new Rate(1, 5)));
    try (WsClient client = node.open("anna")) {
      for (int i = 0; i < 5; i++) {
        client.command("{'type':'PING'}");
        client.expect("PONG");
      }
      client.command("{'type':'UNSUBSCRIBE','id':'7','payload':{'roomId':'a'}}");
      JsonNode error = client.expect("ERROR");
      assertEquals("7", error.path("id").asText());
      JsonNode payload = error.path("payload");
      assertEquals("RATE_LIMITED", payload.path("code").asText());
      assertEquals(
          "commands of one connection: at most 1 a second, 5 at once",
          payload.path("error").asText());
      assertTrue(payload.path("retryable").asBoolean());
      long wait = payload.path("retryAfterMillis").asLong();
      assertTrue(wait > 0 && wait <= 1001, payload.toString());
      assertEquals(1, count("gateway.commands.refused.RATE_LIMITED"));
      // Others are not concerned.
      try (WsClient other = node.open("anna")) {
        other.command("{'type':'PING'}");
        other.expect("PONG");
      }
    }
  }

  @Test
  void newSubscriptionsAreLimitedByTheirNumberOnly() {
    node.close();
    node =
        TestNode.start(
            settings ->
                settings.maxSubscriptions(300).limits(limits -> limits.commands(new Rate(1, 3))));
    try (WsClient client = node.open("anna")) {
      for (int i = 0; i < 300; i++) {
        client.command("{'type':'SUBSCRIBE','id':'" + i + "','payload':{'roomId':'r" + i + "'}}");
      }
      for (int i = 0; i < 300; i++) {
        assertEquals(i, client.expect("ACK").path("id").asInt());
      }
      for (int i = 0; i < 4; i++) {
        client.command("{'type':'SUBSCRIBE','id':'a','payload':{'roomId':'r" + i + "'}}");
      }
      assertEquals("RATE_LIMITED", client.expect("ERROR").path("payload").path("code").asText());
    }
  }

  @Test
  void floodOfCommandsEndsTheConnectionWith4029() {
    start(limits -> limits.commands(new Rate(10, 20)));
    try (WsClient client = node.open("anna")) {
      for (int i = 0; i < 1000; i++) {
        client.command(i % 2 == 0 ? "{'type':'PING'}" : "no command");
      }
      assertEquals(4029, client.closeCode());
      assertEquals(1, count("gateway.connections.closed.4029"));
      assertTrue(count("gateway.commands.refused.RATE_LIMITED") <= 20);
    }
  }

  @Test
  void oneAddressMayNotHaveTooManySockets() {
    start(limits -> limits.trustedProxies(TrustedProxies.NONE).connectionsPerAddress(2));
    WsClient one = node.open("anna");
    try (WsClient two = node.open("bert");
        RawClient three = RawClient.connect(node.port())) {
      // Told without having asked: a socket that says nothing must not stay either.
      assertRefused(three, 429, "connections from one address: at most 2");
      assertEquals(1, count("gateway.limits.refused.address"));
      two.command("{'type':'PING'}");
      two.expect("PONG");
    }
    one.close();
  }

  @Test
  void floodOfSocketsIsDroppedWithoutAWord() {
    start(limits -> limits.trustedProxies(TrustedProxies.NONE).connectionsPerAddress(1));
    try (RawClient first = RawClient.open(node.port(), "anna");
        RawClient second = RawClient.connect(node.port());
        RawClient third = RawClient.connect(node.port())) {
      assertTrue(third.isEnded());
      assertEquals(1, count("gateway.limits.sockets.dropped"));
      assertRefused(second, 429, "connections from one address: at most 1");
      first.sendText("{\"type\":\"PING\"}");
      first.readText();
      assertTrue(first.readText().contains("PONG"));
    }
  }

  @Test
  void clientsBehindATrustedProxyAreToldApartByTheAddressItWrites() throws Exception {
    start(limits -> limits.connectionsPerAddress(1));
    held.add(proxied("X-Forwarded-For: 6.6.6.6, 203.0.113.1"));
    held.add(proxied("X-Forwarded-For: 203.0.113.2"));
    try (RawClient again = RawClient.connect(node.port())) {
      again.sendAscii(RawClient.upgradeRequest(TARGET, "X-Forwarded-For: 203.0.113.1"));
      assertRefused(again, 429, "connections from one address: at most 1");
    }
    release();
    proxied("X-Forwarded-For: 203.0.113.1").close();
  }

  @Test
  void proxyProtocolTellsTheClientInBothVersions() throws Exception {
    start(limits -> limits.proxyProtocol(true).connectionsPerAddress(1));
    RawClient one = RawClient.connect(node.port());
    held.add(one);
    one.sendAscii("PROXY TCP4 203.0.113.1 127.0.0.1 5000 3000\r\n");
    one.sendAscii(RawClient.upgradeRequest(TARGET));
    assertEquals(101, one.readHead().status());
    try (RawClient again = RawClient.connect(node.port());
        RawClient other = RawClient.connect(node.port())) {
      again.send(version2(203, 0, 113, 1));
      assertRefused(again, 429, "connections from one address: at most 1");
      other.send(version2(203, 0, 113, 2));
      other.sendAscii(RawClient.upgradeRequest(TARGET, "X-Forwarded-For: 203.0.113.1"));
      assertEquals(101, other.readHead().status());
    }
    // Where the header is required, a request without it is not looked at.
    try (RawClient without = RawClient.connect(node.port())) {
      without.sendAscii(RawClient.upgradeRequest(TARGET));
      assertTrue(without.isEnded());
    }
    release();
    start(limits -> limits);
  }

  @Test
  void addressAClientWritesItselfIsNotBelieved() {
    start(limits -> limits.trustedProxies(TrustedProxies.NONE).connectionsPerAddress(1));
    held.add(proxied("X-Forwarded-For: 203.0.113.1"));
    try (RawClient again = RawClient.connect(node.port())) {
      again.sendAscii(RawClient.upgradeRequest(TARGET, "X-Forwarded-For: 203.0.113.2"));
      assertRefused(again, 429, "connections from one address: at most 1");
    }
  }

  @Test
  void badTokensOfOneAddressAreSoonNotEvenLookedAt() {
    start(limits -> limits.trustedProxies(TrustedProxies.NONE).failedHandshakes(new Rate(1, 3)));
    for (int i = 0; i < 3; i++) {
      assertEquals(401, WsClient.statusOf(node.port(), RawClient.PATH + "?token=bad"));
    }
    try (RawClient flood = RawClient.connect(node.port())) {
      flood.sendAscii(RawClient.upgradeRequest(RawClient.PATH + "?token=bad"));
      assertRefused(flood, 429, "failed handshakes of one address: at most 1 a second, 3 at once");
    }
    assertEquals(1, count("gateway.limits.refused.failures"));
    await().until(() -> WsClient.statusOf(node.port(), TARGET) == 101);
  }

  @Test
  void fullNodeSaysSoAndKeepsThoseItHas() {
    start(limits -> limits.connectionsPerNode(1));
    try (WsClient first = node.open("anna");
        RawClient second = RawClient.connect(node.port())) {
      second.sendAscii(RawClient.upgradeRequest(TARGET));
      assertRefused(second, 503, "connections of this node: at most 1");
      assertEquals(1, count("gateway.limits.refused.node"));
      first.command("{'type':'PING'}");
      first.expect("PONG");
    }
  }

  @Test
  void stormOfUpgradesIsSpread() {
    start(limits -> limits.accepts(new Rate(1, 2)));
    held.add(node.open("anna"));
    held.add(node.open("bert"));
    try (RawClient three = RawClient.connect(node.port())) {
      three.sendAscii(RawClient.upgradeRequest(TARGET));
      assertRefused(three, 503, "upgrades of this node: at most 1 a second, 2 at once");
      assertEquals(1, count("gateway.limits.refused.accepts"));
    }
    await().until(() -> WsClient.statusOf(node.port(), TARGET) == 101);
  }

  @Test
  void userMayNotHaveTooManyConnections() {
    start(limits -> limits.connectionsPerUser(2, WhenFull.REJECT));
    WsClient one = node.open("anna");
    held.add(node.open("anna"));
    held.add(node.open("bert"));
    try (RawClient three = RawClient.connect(node.port())) {
      three.sendAscii(RawClient.upgradeRequest(RawClient.PATH + "?token=anna"));
      assertRefused(three, 429, "connections of one user on all nodes: at most 2");
      assertEquals(1, count("gateway.limits.refused.user"));
      one.close();
      await().until(() -> WsClient.statusOf(node.port(), RawClient.PATH + "?token=anna") == 101);
    }
  }

  @Test
  void newestConnectionMayReplaceTheOldest() {
    start(limits -> limits.connectionsPerUser(2, WhenFull.REPLACE_OLDEST));
    try (WsClient one = node.open("anna");
        WsClient two = node.open("anna");
        WsClient three = node.open("anna")) {
      assertEquals(4005, one.closeCode());
      assertEquals(1, count("gateway.connections.closed.4005"));
      for (WsClient stays : List.of(two, three)) {
        stays.command("{'type':'PING'}");
        stays.expect("PONG");
      }
    }
  }

  @Test
  void usersPublishAtARateHoweverManyConnectionsTheyHave() {
    node.close();
    node =
        TestNode.start(
            settings ->
                settings
                    .clientPublishing(ClientPublishing.everywhere(ClientPublishing.Policy.RELAY))
                    .limits(limits -> limits.publishing(new Rate(1, 3))));
    try (WsClient one = node.open("anna");
        WsClient two = node.open("anna");
        WsClient other = node.open("bert")) {
      for (WsClient client : List.of(one, two, other)) {
        client.subscribe("room:a");
      }
      for (WsClient client : List.of(one, two, one)) {
        say(client);
        client.expect("ACK");
      }
      say(two);
      JsonNode error = two.expect("ERROR").path("payload");
      assertEquals("RATE_LIMITED", error.path("code").asText());
      assertEquals(
          "publishing of one user: at most 1 a second, 3 at once", error.path("error").asText());
      assertTrue(error.path("retryAfterMillis").asLong() > 0);
      say(other);
      other.expect("ACK");
    }
  }

  @Test
  void messagesToUsersCountAsPublications() {
    start(limits -> limits.publishing(new Rate(1, 1)));
    try (WsClient client = node.open("anna")) {
      String message =
          "{'type':'DIRECT_MESSAGE','id':'1','payload':{'targetUserId':'bert','content':'hi'}}";
      client.command(message);
      client.expect("ACK");
      client.command(message);
      assertEquals("RATE_LIMITED", client.expect("ERROR").path("payload").path("code").asText());
    }
  }

  @Test
  void overloadedNodeRefusesNewcomersAndKeepsThoseItHas() {
    // What a test needs is more than one percent of its heap.
    start(limits -> limits.maxHeapPercent(1));
    try (WsClient client = node.open("anna")) {
      System.gc();
      await().until(() -> node.gateway().nodeLimits().overload() != null);
      assertFalse(node.gateway().isReady());
      try (RawClient newcomer = RawClient.connect(node.port())) {
        newcomer.sendAscii(RawClient.upgradeRequest(TARGET));
        assertRefused(newcomer, 503, "heap in use after a collection: at most 1 %");
      }
      assertEquals(1, count("gateway.limits.refused.overload"));
      client.command("{'type':'PING'}");
      client.expect("PONG");
    }
    start(limits -> limits);
  }

  @Test
  void lagOfEventLoopsIsMeasured() {
    start(limits -> limits);
    await().until(() -> node.gateway().metrics().eventLoopLag.getCount() > 4);
  }

  /** A header of version 2 for TCP over IPv4. */
  private static byte[] version2(int a, int b, int c, int d) {
    int[] octets = {
      13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10, 0x21, 0x11, 0, 12, a, b, c, d, 127, 0, 0, 1,
      19, 136, 11, 184
    };
    byte[] header = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      header[i] = (byte) octets[i];
    }
    return header;
  }

  /** Ends what a test has opened, and waits until the node knows. */
  private void release() throws Exception {
    for (AutoCloseable each : held) {
      each.close();
    }
    held.clear();
    await().until(() -> node.gauge("gateway.sockets.open") == 0);
  }

  private static void say(WsClient client) {
    client.command("{'type':'CHAT_MESSAGE','id':'1','payload':{'roomId':'a','content':'x'}}");
  }

  private RawClient proxied(String header) {
    return RawClient.upgrade(node.port(), TARGET, header);
  }

  private static void assertRefused(RawClient client, int status, String limit) {
    HttpResponse answer = client.readResponse();
    assertEquals(status, answer.status());
    assertTrue(answer.body().contains("\"message\":\"" + limit + "\""), answer.body());
    assertTrue(Integer.parseInt(answer.head().required("Retry-After")) > 0);
    assertTrue(client.isEnded());
  }

  private void start(UnaryOperator<LimitConfig.Builder> limits) {
    node.close();
    node = TestNode.start(settings -> settings.limits(limits));
  }

  private long count(String name) {
    return node.gateway().metrics().registry().counter(name).getCount();
  }

  private boolean freshPingIsAnswered() {
    try (WsClient fresh = node.open("fresh")) {
      fresh.command("{'type':'PING'}");
      fresh.expect("PONG");
      return true;
    }
  }
}
