package io.velonx.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.local.LocalBackplane;
import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.inbox.Posted;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.testing.InboxPage;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one user says to another arrives: on two nodes that share a real Redis. */
@Timeout(120)
class InboxIT {
  private static final Retention KEEP = new Retention(200, Duration.ofDays(7));

  private RedisServer redis;
  private RedisClient backEnd;
  private TestNode one;
  private TestNode two;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
    backEnd = redis.connect();
    one = node("one", KEEP);
    two = node("two", KEEP);
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
  void messageReachesEveryConnectionOfTheTargetAndTheOtherOnesOfTheSender() {
    try (WsClient sender = one.open("anna~Anna~pic");
        WsClient tab = one.open("anna");
        WsClient farTab = two.open("anna");
        WsClient here = one.open("bert");
        WsClient there = two.open("bert");
        WsClient stranger = two.open("cleo")) {
      awaitOwners("anna", 2);
      awaitOwners("bert", 2);
      sender.command(
          "{'type':'DIRECT_MESSAGE','id':'1','payload':{'targetUserId':'bert','content':'hi'}}");
      JsonNode ack = sender.expect("ACK").path("payload");
      assertEquals("online", ack.path("delivery").asText());
      for (WsClient client : List.of(tab, farTab, here, there)) {
        JsonNode message = client.expect("DIRECT_MESSAGE").path("payload");
        assertEquals(ack.path("messageId"), message.path("id"));
        assertEquals(ack.path("createdAt"), message.path("createdAt"));
        assertEquals("hi", message.path("content").asText());
        assertEquals("anna", message.path("authorId").asText());
        assertEquals("Anna", message.path("authorName").asText());
        assertEquals("pic", message.path("authorImage").asText());
        assertEquals("bert", message.path("targetUserId").asText());
      }
      assertEquals(List.of(), sender.receivedUntilPong());
      assertEquals(List.of(), stranger.receivedUntilPong());
    }
  }

  @Test
  void whoIsOfflineGetsItWhenHeComesBackOnWhateverNode() {
    try (WsClient sender = one.open("anna");
        InboxPage page = new InboxPage("bert", null)) {
      assertEquals("queued", say(sender, "bert", "one", null).path("delivery").asText());
      assertEquals("queued", say(sender, "bert", "two", null).path("delivery").asText());
      assertEquals(0, page.connect(two).path("offset").asLong());
      page.readTo(2);
      assertEquals("online", say(sender, "bert", "three", null).path("delivery").asText());
      page.readTo(3);
      assertEquals(List.of("one", "two", "three"), page.contents());
      assertEquals(3, count(one, "gateway.inbox.appended"));
      assertEquals(3, count(two, "gateway.inbox.delivered"));
    }
  }

  @Test
  void onlyWhatIsNotAcknowledgedIsDeliveredAgain() {
    try (WsClient sender = one.open("anna");
        InboxPage page = new InboxPage("bert", null)) {
      for (int i = 1; i <= 5; i++) {
        say(sender, "bert", "m" + i, null);
      }
      page.connect(one);
      page.readTo(5);
      page.acknowledge(3);
      assertEquals(3, count(one, "gateway.inbox.acknowledged"));
      page.drop();
      await().until(() -> count(one, "gateway.inbox.returned") == 2);
      assertEquals(3, page.connect(two).path("offset").asLong());
      page.readTo(7);
      assertEquals(List.of("m4", "m5"), page.contents().subList(5, 7));
      page.acknowledge();
      page.drop();
      assertEquals(5, page.connect(one).path("offset").asLong());
      say(sender, "bert", "m6", null);
      assertEquals("m6", page.read());
      assertEquals(1L, backEnd.call("LLEN", "gw:{user:bert}:h"));
    }
  }

  @Test
  void noMoreThanAWindowIsUnderWayAndAcknowledgementsLetMoreCome() {
    try (WsClient sender = one.open("anna");
        InboxPage page = new InboxPage("bert", null)) {
      for (int i = 1; i <= 150; i++) {
        say(sender, "bert", "m" + i, null);
      }
      page.connect(two);
      page.readTo(64);
      assertEquals(List.of(), page.client().receivedUntilPong());
      say(sender, "bert", "m151", null);
      assertEquals(List.of(), page.client().receivedUntilPong());
      page.acknowledgeSilently(1);
      assertEquals("m65", page.read());
      assertEquals(List.of(), page.client().receivedUntilPong());
      while (page.contents().size() < 151) {
        page.acknowledgeSilently();
        page.read();
      }
      assertEquals(IntStream.rangeClosed(1, 151).mapToObj(i -> "m" + i).toList(), page.contents());
    }
  }

  @Test
  void devicesHaveTheirOwnPlacesAndPagesWithoutOneShareTheirs() {
    try (WsClient sender = one.open("anna");
        InboxPage phone = new InboxPage("bert", "phone");
        InboxPage desk = new InboxPage("bert", "desk");
        InboxPage plain = new InboxPage("bert", null);
        InboxPage alsoPlain = new InboxPage("bert", null)) {
      phone.connect(one);
      desk.connect(two);
      say(sender, "bert", "one", null);
      say(sender, "bert", "two", null);
      phone.readTo(2);
      phone.acknowledge();
      desk.readTo(1);
      desk.acknowledge();
      phone.drop();
      desk.drop();
      assertEquals(2, phone.connect(two).path("offset").asLong());
      assertEquals(1, desk.connect(one).path("offset").asLong());
      assertEquals("two", desk.read());
      // Behind what all devices have.
      assertEquals(1, plain.connect(one).path("offset").asLong());
      assertEquals("two", plain.read());
      plain.acknowledge();
      assertEquals(2, alsoPlain.connect(two).path("offset").asLong());
      say(sender, "bert", "three", null);
      for (InboxPage page : List.of(phone, desk, plain, alsoPlain)) {
        assertEquals("three", page.read());
      }
    }
  }

  @Test
  void whatAnotherPageAcknowledgedIsNoGap() {
    try (WsClient sender = one.open("anna");
        InboxPage slow = new InboxPage("bert", null);
        InboxPage fast = new InboxPage("bert", null)) {
      for (int i = 1; i <= 100; i++) {
        say(sender, "bert", "m" + i, null);
      }
      slow.connect(one);
      slow.readTo(64);
      fast.connect(two);
      while (fast.contents().size() < 100) {
        fast.read();
        fast.acknowledgeSilently();
      }
      fast.acknowledge();
      slow.acknowledge();
      say(sender, "bert", "m101", null);
      assertEquals(
          "m101", slow.client().expect("DIRECT_MESSAGE").path("payload").path("content").asText());
      assertEquals(0, count(one, "gateway.inbox.overflow"));
    }
  }

  @Test
  void whatFellOutUnacknowledgedIsTold() {
    two.close();
    two = node("two", new Retention(10, Duration.ofDays(7)));
    await().until(() -> two.gateway().backplaneHealth().isHealthy());
    try (WsClient sender = two.open("anna");
        InboxPage page = new InboxPage("bert", null)) {
      for (int i = 1; i <= 25; i++) {
        say(sender, "bert", "m" + i, null);
      }
      page.connect(one);
      assertEquals("m16", page.read());
      assertEquals(1, page.gaps().size());
      JsonNode gap = page.gaps().get(0);
      assertEquals("inbox", gap.path("channel").asText());
      assertEquals(1, gap.path("from").asLong());
      assertEquals(15, gap.path("to").asLong());
      assertFalse(gap.path("recovered").asBoolean(true));
      assertTrue(gap.hasNonNull("epoch"));
      page.readTo(10);
      assertEquals("m25", page.contents().get(9));
      assertEquals(15, count(one, "gateway.inbox.overflow"));
      page.acknowledge();
      page.drop();
      page.connect(one);
      say(sender, "bert", "m26", null);
      assertEquals("m26", page.read());
      assertEquals(1, page.gaps().size());
    }
  }

  @Test
  void inboxThatRedisLostIsToldAndGoesOn() {
    try (WsClient sender = one.open("anna");
        InboxPage page = new InboxPage("bert", null)) {
      say(sender, "bert", "before", null);
      page.connect(two);
      page.readTo(1);
      backEnd.call("DEL", "gw:{user:bert}:m", "gw:{user:bert}:h", "gw:{user:bert}:r");
      say(sender, "bert", "after", null);
      assertEquals("after", page.read());
      assertEquals(1, page.gaps().size());
      assertFalse(page.gaps().get(0).has("from"));
    }
  }

  @Test
  void repeatedMessageIsDeliveredOnceAndAnsweredLikeTheFirst() {
    try (WsClient sender = one.open("anna");
        WsClient tab = one.open("anna");
        InboxPage page = new InboxPage("bert", null)) {
      page.connect(two);
      awaitOwners("anna", 1);
      JsonNode first = say(sender, "bert", "hi", "c1");
      JsonNode again = say(sender, "bert", "hi", "c1");
      assertEquals(first, again);
      assertNotEquals(first.path("messageId"), say(sender, "bert", "ho", "c2").path("messageId"));
      page.readTo(2);
      assertEquals(List.of("hi", "ho"), page.contents());
      tab.expect("DIRECT_MESSAGE");
      tab.expect("DIRECT_MESSAGE");
      assertEquals(List.of(), tab.receivedUntilPong());
      // The same id to somebody else, or of somebody else, is another message.
      assertNotEquals(first.path("messageId"), say(sender, "cleo", "hi", "c1").path("messageId"));
    }
  }

  @Test
  void messageThatWasAppendedAndNotPushedIsFoundWhenItIsRepeated() throws Exception {
    try (InboxPage page = new InboxPage("bert", null)) {
      page.connect(two);
      byte[] envelope = message("not pushed");
      String owners = backEnd.hash("gw:{users:online}:h").getOrDefault("bert", "");
      // As if a node had ended between the two.
      backEnd.call("HDEL", "gw:{users:online}:h", "bert");
      Posted first = post(one, "bert", envelope, "key");
      assertEquals(0, first.nodes());
      assertEquals(List.of(), page.client().receivedUntilPong());
      backEnd.call("HSET", "gw:{users:online}:h", "bert", owners);
      Posted again = post(two, "bert", envelope, "key");
      assertTrue(again.appended().repeated());
      assertEquals(1, again.nodes());
      assertEquals("not pushed", page.read());
      post(two, "bert", envelope, "key");
      assertEquals(List.of(), page.client().receivedUntilPong());
    }
  }

  @Test
  void messageOfTheBackEndIsKeptUnlessItAsksOtherwiseOrItsTypeIsWorthNothingLater()
      throws Exception {
    try (InboxPage page = new InboxPage("bert", null);
        WsClient old = two.open("cleo")) {
      awaitOwners("cleo", 1);
      assertEquals(0, post(one, "bert", message("kept"), null).nodes());
      one.gateway().broadcastToUser("bert", message("live"), false, null);
      post(one, "bert", "{\"type\":\"DM_TYPING\",\"payload\":{}}".getBytes(UTF_8), null);
      post(one, "bert", "{\"type\":\"DM_READ\",\"payload\":{}}".getBytes(UTF_8), null);
      post(
          one,
          "bert",
          "{\"type\":\"CONNECTION_REQUEST\",\"payload\":{\"content\":\"too\"}}".getBytes(UTF_8),
          null);
      assertEquals(1, post(one, "cleo", message("also live"), null).nodes());
      old.expect("DIRECT_MESSAGE");
      String epoch = page.connect(one).path("epoch").asText();
      page.readTo(2);
      assertEquals(List.of("kept", "too"), page.contents());
      assertThrows(
          IllegalArgumentException.class,
          () ->
              one.gateway()
                  .broadcastToUser("bert", "{\"type\":\"X\",\"offset\":1}".getBytes(UTF_8)));
      // What a back end publishes in Redis is live only, as ever.
      await()
          .untilAsserted(
              () -> {
                backEnd.publish("user:bert", "{\"type\":\"PLAIN\"}".getBytes(UTF_8));
                assertTrue(page.client().receivedUntilPong().toString().contains("PLAIN"));
              });
      // Whatever it writes there is no place in the inbox.
      String next = "{\"type\":\"FORGED\",\"offset\":3,\"epoch\":\"" + epoch + "\"}";
      backEnd.publish("user:bert", next.getBytes(UTF_8));
      post(one, "bert", message("third"), null);
      page.client().expect("FORGED");
      assertEquals("third", page.read());
    }
  }

  @Test
  void pageThatKnowsNoInboxGetsWhatIsPushedAndNothingElse() {
    try (WsClient sender = one.open("anna")) {
      for (int i = 0; i < 100; i++) {
        say(sender, "bert", "missed", null);
      }
      try (WsClient old = two.open("bert")) {
        awaitOwners("bert", 1);
        assertEquals(List.of(), old.receivedUntilPong());
        for (int i = 0; i < 100; i++) {
          say(sender, "bert", "m" + i, null);
        }
        for (int i = 0; i < 100; i++) {
          JsonNode message = old.expect("DIRECT_MESSAGE");
          assertEquals("m" + i, message.path("payload").path("content").asText());
        }
      }
    }
  }

  @Test
  void receiptIsToldToThePeerOnly() {
    try (WsClient reader = one.open("bert");
        WsClient author = two.open("anna")) {
      awaitOwners("anna", 1);
      reader.command(
          "{'type':'DM_READ','id':'1','payload':{'targetUserId':'anna','messageId':'m1'}}");
      reader.expect("ACK");
      JsonNode receipt = author.expect("DM_READ").path("payload");
      assertEquals("bert", receipt.path("userId").asText());
      assertEquals("m1", receipt.path("messageId").asText());
    }
  }

  @Test
  void whatCannotBeIsAnsweredWithAnError() {
    try (TestNode closed =
            node(
                new LocalBackplane(),
                settings ->
                    settings
                        .inbox(Retention.NONE)
                        .clientPublishing(
                            new ClientPublishing(
                                Map.of("user:", ClientPublishing.Policy.IGNORE))));
        WsClient here = closed.open("anna");
        InboxPage page = new InboxPage("bert", null)) {
      assertError(here, "{'type':'INBOX','id':'1'}", "FORBIDDEN");
      assertError(
          here,
          "{'type':'DIRECT_MESSAGE','id':'1','payload':{'targetUserId':'b','content':'x'}}",
          "FORBIDDEN");
      page.connect(one);
      assertError(page.client(), "{'type':'INBOX','id':'1'}", "CONFLICT");
      assertError(
          page.client(), "{'type':'INBOX_ACK','id':'1','payload':{'offset':1}}", "CONFLICT");
      try (WsClient unopened = one.open("bert")) {
        assertError(unopened, "{'type':'INBOX_ACK','id':'1','payload':{'offset':1}}", "CONFLICT");
      }
    }
  }

  @Test
  void acknowledgementOfAnotherEpochIsNotTakenForOneOfThis() {
    try (WsClient sender = one.open("anna");
        InboxPage page = new InboxPage("bert", null)) {
      String epoch = page.connect(one).path("epoch").asText();
      say(sender, "bert", "hi", null);
      page.readTo(1);
      String ack = "{'type':'INBOX_ACK','id':'1','payload':{'offset':1,'epoch':'%s'}}";
      assertError(page.client(), String.format(ack, "x" + epoch), "CONFLICT");
      page.client().command(String.format(ack, epoch));
      assertEquals(1, page.client().expect("ACK").path("payload").path("offset").asLong());
    }
  }

  @Test
  void clientMaySayInTheFirstCommandWhatItHas() {
    try (WsClient sender = one.open("anna");
        InboxPage page = new InboxPage("bert", null)) {
      say(sender, "bert", "one", null);
      say(sender, "bert", "two", null);
      String epoch = page.connect(one).path("epoch").asText();
      page.readTo(2);
      page.drop();
      try (WsClient again = two.open("bert")) {
        again.command(
            "{'type':'INBOX','id':'1','payload':{'since':{'epoch':'" + epoch + "','offset':1}}}");
        assertEquals(1, again.expect("ACK").path("payload").path("offset").asLong());
        assertEquals(2, again.expect("DIRECT_MESSAGE").path("offset").asLong());
      }
      try (WsClient astray = two.open("bert")) {
        astray.command(
            "{'type':'INBOX','id':'1','payload':{'since':{'epoch':'other','offset':1}}}");
        assertEquals(1, astray.expect("ACK").path("payload").path("offset").asLong());
        assertFalse(astray.expect("GAP").path("payload").path("recovered").asBoolean(true));
        assertEquals(2, astray.expect("DIRECT_MESSAGE").path("offset").asLong());
      }
    }
  }

  @Test
  void nothingIsLostHoweverOftenThePageMovesBetweenNodes() throws Exception {
    readWhileSending(List.of(one, two), 2_000);
  }

  @Test
  void memoryOfOneNodeDoesTheSame() throws Exception {
    try (TestNode alone = node(new LocalBackplane(), InboxIT::unlimited)) {
      readWhileSending(List.of(alone), 2_000);
    }
  }

  @Test
  void nothingIsLostWhileSubscribersOfRedisAreCut() {
    try (WsClient sender = one.open("anna");
        InboxPage page = new InboxPage("bert", null)) {
      page.connect(two);
      for (int i = 0; i < 20; i++) {
        if (i % 5 == 2) {
          redis.killSubscribers();
        }
        say(sender, "bert", "m" + i, null);
      }
      // Found by the look that follows each cut, when no push comes any more.
      await().atMost(Duration.ofSeconds(20)).until(() -> page.client().waiting() >= 20);
      page.readTo(20);
      assertEquals(IntStream.range(0, 20).mapToObj(i -> "m" + i).toList(), page.contents());
    }
  }

  /** One sender never stops; the page loses its socket at any moment and goes to another node. */
  private static void readWhileSending(List<TestNode> nodes, int count) throws Exception {
    Random random = new Random(7);
    AtomicInteger read = new AtomicInteger();
    CompletableFuture<Void> sending =
        CompletableFuture.runAsync(
            () -> {
              try (WsClient sender = nodes.get(0).open("anna")) {
                for (int i = 0; i < count; i++) {
                  int least = i - 80;
                  // Never so far ahead that something falls out.
                  await().pollDelay(Duration.ZERO).until(() -> read.get() > least);
                  say(sender, "bert", "m" + i, null);
                }
              }
            });
    List<String> order = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    while (seen.size() < count) {
      try (InboxPage page = new InboxPage("bert", null)) {
        page.connect(nodes.get(random.nextInt(nodes.size())));
        for (int i = random.nextInt(200); i >= 0 && seen.size() < count; i--) {
          String content = page.read();
          if (seen.add(content)) {
            order.add(content);
            read.incrementAndGet();
          }
          if (random.nextInt(4) == 0) {
            page.acknowledgeSilently();
          }
        }
        assertEquals(List.of(), page.gaps());
        page.drop();
      }
    }
    sending.get(10, TimeUnit.SECONDS);
    assertEquals(IntStream.range(0, count).mapToObj(i -> "m" + i).toList(), order);
  }

  private static JsonNode say(
      WsClient sender, String target, String content, @Nullable String clientId) {
    String key = clientId == null ? "" : ",'clientMessageId':'" + clientId + "'";
    sender.command(
        "{'type':'DIRECT_MESSAGE','id':'say','payload':{'targetUserId':'"
            + target
            + "','content':'"
            + content
            + "'"
            + key
            + "}}");
    return sender.expect("ACK").path("payload");
  }

  private static void assertError(WsClient client, String command, String code) {
    client.command(command);
    assertEquals(code, client.expect("ERROR").path("payload").path("code").asText());
  }

  private static byte[] message(String content) {
    return ("{\"type\":\"DIRECT_MESSAGE\",\"payload\":{\"content\":\"" + content + "\"}}")
        .getBytes(UTF_8);
  }

  private static Posted post(TestNode node, String userId, byte[] envelope, @Nullable String key)
      throws Exception {
    return node.gateway()
        .broadcastToUser(userId, envelope, true, key)
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private static long count(TestNode node, String metric) {
    return node.gateway().metrics().registry().counter(metric).getCount();
  }

  /** Until that many nodes count the user in. */
  private void awaitOwners(String userId, int nodes) {
    await()
        .until(
            () -> {
              String owners = backEnd.hash("gw:{users:online}:h").getOrDefault(userId, ",");
              return owners.chars().filter(c -> c == ',').count() == nodes + 1;
            });
  }

  private TestNode node(String name, Retention inbox) {
    return node(
        new RedissonBackplane(
            RedisConfig.parse(redis.url()),
            BackplaneTimings.DEFAULT,
            NodeId.create(name, new SecureRandom())),
        settings -> unlimited(settings).inbox(inbox));
  }

  private static GatewayConfig.Builder unlimited(GatewayConfig.Builder settings) {
    // People do not type as fast as these tests.
    return settings.limits(limits -> limits.commands(Rate.UNLIMITED).publishing(Rate.UNLIMITED));
  }

  private static TestNode node(Backplane backplane, UnaryOperator<GatewayConfig.Builder> settings) {
    return TestNode.start(backplane, settings);
  }
}
