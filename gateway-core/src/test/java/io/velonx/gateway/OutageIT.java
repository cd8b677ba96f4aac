package io.velonx.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.history.HistoryPolicy;
import io.velonx.gateway.history.SpoolPolicy;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.testing.FreezingProxy;
import io.velonx.gateway.testing.HistoryReader;
import io.velonx.gateway.testing.InboxPage;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients notice when Redis is away, hangs, or goes silent, and when it is back. */
@Timeout(120)
class OutageIT {
  private static final Duration RECOVERY = Duration.ofSeconds(30);

  private final RedisServer redis = RedisServer.start();
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void requireOwnRedis() {
    assumeTrue(redis.isOwnProcess());
  }

  @AfterEach
  void stop() throws Exception {
    for (int i = open.size() - 1; i >= 0; i--) {
      open.get(i).close();
    }
    redis.close();
  }

  @Test
  void whatIsSaidWhileRedisHangsReachesEverybodyOnce() {
    TestNode one = node("one", redis.url());
    TestNode two = node("two", redis.url());
    HistoryReader here = reader("anna", one);
    HistoryReader there = reader("bert", two);
    WsClient carl = speaker("carl", one);
    WsClient dora = speaker("dora", two);
    List<String> said = new ArrayList<>();
    say(carl, "before", said);
    expectAck(carl, "before");
    redis.pause();
    // Sent to a Redis that hangs: nobody knows whether it took them.
    sayAll(carl, "a", said);
    sayAll(dora, "b", said);
    awaitState(one, BackplaneState.DEGRADED);
    awaitState(two, BackplaneState.DEGRADED);
    sayAll(carl, "c", said);
    sayAll(dora, "d", said);
    assertTrue(expectAck(carl, "c9").path("spooled").asBoolean());
    assertTrue(expectAck(dora, "d9").path("spooled").asBoolean());
    await().until(() -> seen(here).contains("c9"));
    redis.resume();
    awaitSettled(one);
    awaitSettled(two);
    say(carl, "after", said);
    assertFalse(expectAck(carl, "after").has("spooled"));
    for (HistoryReader reader : List.of(here, there)) {
      await().atMost(RECOVERY).until(() -> seen(reader).contains("after"));
      assertEquals(once(said), counted(seen(reader)));
    }
    try (RedisClient backEnd = redis.connect()) {
      assertEquals(once(said), counted(kept(backEnd)));
    }
    assertEquals(0, one.gateway().metrics().spoolDropped.getCount());
  }

  @Test
  void whatIsSaidWhileRedisIsGoneOutlivesItsData() {
    TestNode one = node("one", redis.url());
    TestNode two = node("two", redis.url());
    HistoryReader here = reader("anna", one);
    HistoryReader there = reader("bert", two);
    WsClient carl = speaker("carl", one);
    redis.kill();
    awaitState(one, BackplaneState.DEGRADED);
    List<String> said = new ArrayList<>();
    sayAll(carl, "a", said);
    JsonNode ack = expectAck(carl, "a9");
    assertTrue(ack.path("spooled").asBoolean());
    assertFalse(ack.has("offset"));
    assertTrue(ack.has("messageId"));
    await().until(() -> seen(here).size() == 10);
    assertEquals(List.of(), here.publications());
    redis.restart();
    awaitSettled(one);
    awaitSettled(two);
    say(carl, "after", said);
    for (HistoryReader reader : List.of(here, there)) {
      await().atMost(RECOVERY).until(() -> seen(reader).contains("after"));
      assertEquals(once(said), counted(seen(reader)));
      assertEquals(11, reader.offset());
    }
    // Who was given them without a place knows it now, and misses nothing when it comes back.
    here.drop();
    assertEquals(0, here.connect(two).path("missed").asInt(-1));
  }

  @Test
  void whoComesDuringAnOutageIsGivenWhatWaits() {
    FreezingProxy proxy = proxy();
    TestNode one = node("one", proxy.url());
    HistoryReader away = reader("bert", one);
    WsClient carl = speaker("carl", one);
    List<String> said = new ArrayList<>();
    say(carl, "1", said);
    expectAck(carl, "1");
    await().until(() -> seen(away).contains("1"));
    away.drop();
    say(carl, "2", said);
    expectAck(carl, "2");
    proxy.cut();
    awaitState(one, BackplaneState.DEGRADED);
    say(carl, "3", said);
    expectAck(carl, "3");
    WsClient newcomer = one.open("eve");
    open.add(newcomer::drop);
    newcomer.command("{'type':'SUBSCRIBE','id':'s','payload':{'channel':'room:a'}}");
    JsonNode waiting = newcomer.expect("CHAT_MESSAGE");
    assertEquals("3", waiting.path("payload").path("content").asText());
    assertFalse(waiting.has("offset"));
    // What this node knows by itself it tells, unless it just began to doubt it.
    JsonNode ack = away.connect(one);
    if (!ack.path("recovered").asBoolean()) {
      assertEquals("unavailable", ack.path("reason").asText());
      said.remove("2");
    }
    await().until(() -> counted(seen(away)).equals(once(said)));
    proxy.restore();
    awaitSettled(one);
    say(carl, "4", said);
    await().atMost(RECOVERY).until(() -> seen(away).contains("4"));
    assertEquals(once(said), counted(seen(away)));
    JsonNode place = newcomer.expect("GAP").path("payload");
    assertTrue(place.path("recovered").asBoolean());
    assertEquals(3, place.path("to").asLong());
    assertEquals(4, newcomer.expect("CHAT_MESSAGE").path("offset").asLong());
  }

  @Test
  void moreThanCanBeKeptIsRefusedToItsSenderAndCounted() {
    FreezingProxy proxy = proxy();
    TestNode one =
        node(
            "one",
            proxy.url(),
            settings -> settings.spool(new SpoolPolicy(3, 1_000_000, Duration.ofSeconds(30))));
    TestNode two = node("two", redis.url());
    HistoryReader there = reader("bert", two);
    WsClient carl = speaker("carl", one);
    proxy.cut();
    awaitState(one, BackplaneState.DEGRADED);
    List<String> said = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      say(carl, "" + i, said);
      assertTrue(expectAck(carl, "" + i).path("spooled").asBoolean());
    }
    say(carl, "refused", new ArrayList<>());
    JsonNode error = carl.expect("ERROR");
    assertEquals("refused", error.path("id").asText());
    assertEquals("UNAVAILABLE", error.path("payload").path("code").asText());
    assertEquals(1, one.gateway().metrics().spoolRefused.getCount());
    assertEquals(3, one.gauge("gateway.spool.waiting"));
    assertEquals(2, one.gauge("gateway.backplane.state"));
    proxy.restore();
    awaitSettled(one);
    say(carl, "after", said);
    await().atMost(RECOVERY).until(() -> seen(there).contains("after"));
    assertEquals(once(said), counted(seen(there)));
  }

  @Test
  void whatWaitedForTooLongIsDroppedAndCounted() {
    FreezingProxy proxy = proxy();
    try (RedisClient backEnd = redis.connect()) {
      TestNode one =
          node(
              "one",
              proxy.url(),
              settings -> settings.spool(new SpoolPolicy(10, 1_000_000, Duration.ofMillis(300))));
      WsClient carl = speaker("carl", one);
      proxy.cut();
      awaitState(one, BackplaneState.DEGRADED);
      say(carl, "old", new ArrayList<>());
      expectAck(carl, "old");
      await().until(() -> one.gateway().metrics().spoolDropped.getCount() == 1);
      proxy.restore();
      awaitSettled(one);
      List<String> said = new ArrayList<>();
      say(carl, "new", said);
      assertEquals(1, expectAck(carl, "new").path("offset").asLong());
      assertEquals(said, kept(backEnd));
    }
  }

  @Test
  void roomThatKeepsNothingIsHeardOnTheNodeMeanwhileAndOnceOnly() {
    UnaryOperator<GatewayConfig.Builder> noHistory =
        settings -> settings.history(HistoryPolicy.everywhere(Retention.NONE));
    TestNode one = node("one", redis.url(), noHistory);
    TestNode two = node("two", redis.url(), noHistory);
    WsClient anna = speaker("anna", one);
    WsClient bert = speaker("bert", two);
    WsClient carl = speaker("carl", one);
    redis.kill();
    awaitState(one, BackplaneState.DEGRADED);
    say(carl, "here", new ArrayList<>());
    assertTrue(expectAck(carl, "here").path("local").asBoolean());
    anna.expect(envelope -> contentOf(envelope).equals("here"), "here");
    redis.restart();
    awaitSettled(one);
    awaitSettled(two);
    // Said again, because the answer might have been lost: the node knows that it was heard.
    say(carl, "here", new ArrayList<>());
    assertTrue(expectAck(carl, "here").path("local").asBoolean());
    say(carl, "everywhere", new ArrayList<>());
    assertFalse(expectAck(carl, "everywhere").has("local"));
    for (WsClient reader : List.of(anna, bert)) {
      List<String> before = new ArrayList<>();
      reader.expect(
          envelope -> {
            before.add(contentOf(envelope));
            return contentOf(envelope).equals("everywhere");
          },
          "everywhere");
      assertFalse(before.contains("here"), before.toString());
    }
  }

  @Test
  void directMessageWaitsForRedisAndArrivesOnceForReadersOfInboxesAndOthers() {
    TestNode one = node("one", redis.url());
    TestNode two = node("two", redis.url());
    WsClient carl = speaker("carl", one);
    WsClient tab = speaker("carl", one);
    WsClient here = speaker("bert", one);
    WsClient there = speaker("bert", two);
    try (InboxPage page = new InboxPage("bert", null)) {
      page.connect(one);
      redis.kill();
      awaitState(one, BackplaneState.DEGRADED);
      awaitState(two, BackplaneState.DEGRADED);
      JsonNode ack = direct(carl, "m1");
      assertTrue(ack.path("spooled").asBoolean());
      assertEquals("queued", ack.path("delivery").asText());
      // Who does not read his inbox here has it at once, and so has the sender's other tab.
      assertEquals("m1", contentOf(here.expect("DIRECT_MESSAGE")));
      assertEquals("m1", contentOf(tab.expect("DIRECT_MESSAGE")));
      JsonNode again = direct(carl, "m1");
      assertEquals(ack.path("messageId"), again.path("messageId"));
      assertTrue(again.path("spooled").asBoolean());
      redis.restart();
      awaitSettled(one);
      awaitSettled(two);
      page.readTo(1);
      assertEquals("m1", contentOf(there.expect("DIRECT_MESSAGE")));
      assertFalse(direct(carl, "m2").has("spooled"));
      page.readTo(2);
      assertEquals(List.of("m1", "m2"), page.contents());
      assertEquals("m2", contentOf(here.expect("DIRECT_MESSAGE")));
      assertEquals("m2", contentOf(there.expect("DIRECT_MESSAGE")));
    }
  }

  @Test
  void typingAndReceiptsAreHeardOnTheNodeMeanwhile() {
    TestNode one = node("one", redis.url());
    WsClient carl = speaker("carl", one);
    WsClient bert = speaker("bert", one);
    redis.kill();
    awaitState(one, BackplaneState.DEGRADED);
    carl.command("{'type':'TYPING','id':'t','payload':{'roomId':'a','isTyping':true}}");
    expectAck(carl, "t");
    assertEquals("carl", bert.expect("TYPING").path("payload").path("userId").asText());
    carl.command("{'type':'DM_TYPING','id':'d','payload':{'targetUserId':'bert','isTyping':true}}");
    expectAck(carl, "d");
    assertEquals("carl", bert.expect("DM_TYPING").path("payload").path("userId").asText());
    carl.command("{'type':'DM_READ','id':'r','payload':{'targetUserId':'bert','messageId':'m'}}");
    expectAck(carl, "r");
    assertEquals("carl", bert.expect("DM_READ").path("payload").path("userId").asText());
  }

  @Test
  void noEventLoopWaitsForARedisThatHangs() {
    TestNode one = node("one", redis.url());
    WsClient carl = speaker("carl", one);
    redis.pause();
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
    long longest = 0;
    int asked = 0;
    while (System.nanoTime() < until) {
      carl.command("{'type':'SUBSCRIBE','id':'s','payload':{'roomId':'r" + asked + "'}}");
      carl.command("{'type':'HISTORY','id':'h','payload':{'roomId':'a','before':5}}");
      say(carl, "m" + asked++, new ArrayList<>());
      long since = System.nanoTime();
      carl.receivedUntilPong();
      longest = Math.max(longest, System.nanoTime() - since);
    }
    redis.resume();
    assertTrue(asked > 5, "asked " + asked);
    assertTrue(longest < TimeUnit.SECONDS.toNanos(1), "waited ns " + longest);
  }

  @Test
  void nodeComesBackInOrder() throws Exception {
    FreezingProxy proxy = proxy();
    try (RedisClient backEnd = redis.connect()) {
      TestNode one = node("one", proxy.url());
      reader("anna", one);
      WsClient carl = speaker("carl", one);
      proxy.cut();
      awaitState(one, BackplaneState.DEGRADED);
      say(carl, "kept", new ArrayList<>());
      expectAck(carl, "kept");
      backEnd.call("FLUSHALL");
      try (Monitor monitor = new Monitor(redis.url())) {
        proxy.restore();
        awaitSettled(one);
        int lease = monitor.first(0, "lua] \"ZADD\" \"gw:{nodes}\"");
        int join = monitor.first(lease, "lua] \"SADD\" \"room:a:online\"");
        int topic = monitor.first(0, "\"SUBSCRIBE\" \"room:a\"");
        int tip = monitor.first(topic, "lua] \"HMGET\" \"gw:{room:a}:m\"");
        int append = monitor.first(0, "lua] \"RPUSH\" \"gw:{room:a}:h\"");
        assertTrue(join < append, "join " + join + " append " + append);
        assertTrue(tip < append, "tip " + tip + " append " + append);
      }
    }
  }

  @Test
  void nodeStaysReadyThroughAnOutageUnlessToldOtherwise() {
    TestNode stays = node("one", redis.url());
    TestNode steps = node("two", redis.url(), settings -> settings.readyWhenDegraded(false));
    await().until(() -> stays.gateway().isReady() && steps.gateway().isReady());
    redis.kill();
    awaitState(stays, BackplaneState.DEGRADED);
    await().atMost(RECOVERY).until(() -> !steps.gateway().isReady());
    assertTrue(stays.gateway().isReady());
    redis.restart();
    await().atMost(RECOVERY).until(() -> steps.gateway().isReady());
  }

  @Test
  void nodeThatNeverReachedRedisIsNotReady() {
    try (RedisServer absent = RedisServer.prepare();
        TestNode node = start("one", absent.url(), settings -> settings)) {
      assertEquals(BackplaneState.DEGRADED, node.gateway().backplaneState());
      assertFalse(node.gateway().isReady());
    }
  }

  @Test
  void ownPublicationsDoNotWaitForSilentTopics() {
    FreezingProxy proxy = proxy();
    TestNode one = node("one", proxy.url());
    TestNode two = node("two", redis.url());
    HistoryReader here = reader("anna", one);
    HistoryReader there = reader("bert", two);
    WsClient carl = speaker("carl", one);
    proxy.deafenForGood();
    await().atMost(RECOVERY).until(() -> !one.gateway().backplaneHealth().subscriberConnected());
    awaitState(one, BackplaneState.DEGRADED);
    say(carl, "1", new ArrayList<>());
    assertEquals(1, expectAck(carl, "1").path("offset").asLong());
    here.readTo(1);
    there.readTo(1);
    assertEquals(BackplaneState.DEGRADED, one.gateway().backplaneState());
    assertEquals(1, one.gateway().metrics().topicsSilent.getCount());
  }

  private FreezingProxy proxy() {
    FreezingProxy proxy = new FreezingProxy(redis.url());
    open.add(proxy);
    return proxy;
  }

  private TestNode node(String name, String redisUrl) {
    return node(name, redisUrl, settings -> settings);
  }

  private TestNode node(
      String name, String redisUrl, UnaryOperator<GatewayConfig.Builder> further) {
    TestNode node = start(name, redisUrl, further);
    open.add(node);
    awaitState(node, BackplaneState.UP);
    return node;
  }

  private static TestNode start(
      String name, String redisUrl, UnaryOperator<GatewayConfig.Builder> further) {
    return TestNode.start(
        new RedissonBackplane(
            RedisConfig.parse(redisUrl),
            BackplaneTimings.DEFAULT,
            NodeId.create(name, new SecureRandom())),
        settings ->
            further.apply(
                settings
                    .history(HistoryPolicy.everywhere(Retention.DEFAULT))
                    .inbox(Retention.DEFAULT)
                    .limits(limits -> limits.publishing(Rate.UNLIMITED).commands(Rate.UNLIMITED))
                    .clientPublishing(ClientPublishing.everywhere(ClientPublishing.Policy.RELAY))));
  }

  private HistoryReader reader(String userId, TestNode node) {
    HistoryReader reader = new HistoryReader(userId, "room:a");
    open.add(reader);
    reader.connect(node);
    return reader;
  }

  private WsClient speaker(String userId, TestNode node) {
    WsClient client = node.open(userId);
    open.add(client::drop);
    client.subscribe("room:a");
    return client;
  }

  private static JsonNode direct(WsClient client, String content) {
    client.command(
        "{'type':'DIRECT_MESSAGE','id':'%s','payload':{'targetUserId':'bert','content':'%s','clientMessageId':'%s'}}"
            .formatted(content, content, content));
    return expectAck(client, content);
  }

  private static void sayAll(WsClient client, String prefix, List<String> said) {
    for (int i = 0; i < 10; i++) {
      say(client, prefix + i, said);
    }
  }

  private static void say(WsClient client, String content, List<String> said) {
    said.add(content);
    client.command(
        "{'type':'CHAT_MESSAGE','id':'%s','payload':{'roomId':'a','content':'%s','clientMessageId':'%s'}}"
            .formatted(content, content, content));
  }

  private static JsonNode expectAck(WsClient client, String id) {
    Predicate<JsonNode> wanted =
        envelope -> {
          assertFalse(envelope.path("type").asText().equals("ERROR"), envelope.toString());
          return envelope.path("id").asText().equals(id);
        };
    return client.expect(wanted, "ACK of " + id).path("payload");
  }

  /** The contents of all chat messages that came so far, with a place or without. */
  private static List<String> seen(HistoryReader reader) {
    reader.readAll();
    List<String> contents = new ArrayList<>();
    reader.publications().forEach(each -> contents.add(contentOf(each)));
    reader.unplaced().forEach(each -> contents.add(contentOf(each)));
    return contents;
  }

  private static String contentOf(JsonNode envelope) {
    return envelope.path("payload").path("content").asText();
  }

  private static List<String> kept(RedisClient backEnd) {
    List<String> contents = new ArrayList<>();
    for (String text : backEnd.entries("gw:{room:a}:h")) {
      contents.add(text.replaceFirst(".*\"content\":\"([^\"]*)\".*", "$1"));
    }
    return contents;
  }

  private static Map<String, Integer> once(List<String> all) {
    TreeMap<String, Integer> once = new TreeMap<>();
    all.forEach(each -> once.put(each, 1));
    return once;
  }

  private static Map<String, Integer> counted(List<String> all) {
    TreeMap<String, Integer> counts = new TreeMap<>();
    all.forEach(each -> counts.merge(each, 1, Integer::sum));
    return counts;
  }

  private static void awaitState(TestNode node, BackplaneState state) {
    await().atMost(RECOVERY).until(() -> node.gateway().backplaneState() == state);
  }

  private static void awaitSettled(TestNode node) {
    awaitState(node, BackplaneState.UP);
    await().atMost(RECOVERY).until(() -> node.gauge("gateway.spool.waiting") == 0);
  }

  /** What Redis is asked for, line by line. */
  private static final class Monitor implements AutoCloseable {
    private final Socket socket;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Monitor(String url) throws IOException {
      URI uri = URI.create(url);
      socket = new Socket(uri.getHost(), uri.getPort());
      socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      assertEquals("+OK", reader.readLine());
      Thread thread = new Thread(() -> reader.lines().forEach(lines::add));
      thread.setUncaughtExceptionHandler((ended, closed) -> {});
      thread.setDaemon(true);
      thread.start();
    }

    /** The number of the first such line from there on; waits for it. */
    int first(int from, String part) {
      await().until(() -> find(from, part) >= 0);
      return find(from, part);
    }

    private int find(int from, String part) {
      for (int i = from; i < lines.size(); i++) {
        if (lines.get(i).contains(part)) {
          return i;
        }
      }
      return -1;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
