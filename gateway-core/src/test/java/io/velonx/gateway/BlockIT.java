package io.velonx.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.history.HistoryPolicy;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is blocked reaches everybody but those who block him: on two nodes that share a Redis. */
@Timeout(120)
class BlockIT {
  private static final Duration A_SECOND = Duration.ofSeconds(1);

  private RedisServer redis;
  private TestNode one;
  private TestNode two;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
    one = node("one");
    two = node("two");
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
    redis.close();
  }

  @Test
  void whatABlockedUserSaysEditsTypesAndSendsDoesNotArriveAndOthersReadOn() {
    try (WsClient mallory = one.open("mallory");
        WsClient here = one.open("bert");
        WsClient there = two.open("bert");
        WsClient cleo = two.open("cleo")) {
      for (WsClient each : List.of(mallory, here, there, cleo)) {
        each.subscribe("room:a");
      }
      get(two.gateway().block("bert", Set.of("mallory", "nobody")));
      awaitBlock(mallory, here, there);

      String id = say(mallory, "boo");
      mallory.command(
          "{'type':'MESSAGE_EDIT','id':'e','payload':{'roomId':'a','messageId':'"
              + id
              + "','content':'boo!'}}");
      mallory.expect("ACK");
      mallory.command("{'type':'TYPING','payload':{'roomId':'a','isTyping':true}}");
      mallory.command("{'type':'DM_TYPING','payload':{'targetUserId':'bert','isTyping':true}}");
      mallory.command(
          "{'type':'DIRECT_MESSAGE','id':'d','payload':{'targetUserId':'bert','content':'psst'}}");
      assertEquals("online", mallory.expect("ACK").path("payload").path("delivery").asText());
      JsonNode last = heard(cleo, "boo");
      cleo.expect("MESSAGE_EDIT");
      cleo.expect("TYPING");
      say(cleo, "hello");

      for (WsClient bert : List.of(here, there)) {
        List<JsonNode> got = untilHeard(bert, "hello");
        assertFalse(got.toString().contains("mallory"), got.toString());
        assertFalse(got.toString().contains("boo"), got.toString());
        long offset = last.path("offset").asLong();
        List<JsonNode> gaps =
            got.stream()
                .filter(each -> each.path("payload").path("from").asLong() >= offset)
                .toList();
        assertEquals(List.of(offset, offset + 1), places(gaps));
        assertEquals(last.path("epoch"), gaps.get(0).path("payload").path("epoch"));
        assertEquals("room:a", gaps.get(0).path("payload").path("channel").asText());
        assertTrue(gaps.get(0).path("payload").path("recovered").asBoolean());
        // What comes next has the next place: nothing looks missing.
        assertEquals(offset + 2, got.get(got.size() - 1).path("offset").asLong());
      }
      assertTrue(one.gateway().metrics().withheld.getCount() > 0);
    }
  }

  @Test
  void deletionOfWhatWasReadBeforeStillArrives() {
    try (WsClient mallory = one.open("mallory");
        WsClient bert = two.open("bert")) {
      mallory.subscribe("room:a");
      bert.subscribe("room:a");
      String id = say(mallory, "before");
      heard(bert, "before");
      get(one.gateway().block("bert", Set.of("mallory")));
      awaitBlock(mallory, bert);
      mallory.command(
          "{'type':'MESSAGE_DELETE','payload':{'roomId':'a','messageId':'" + id + "'}}");
      assertEquals(id, bert.expect("MESSAGE_DELETE").path("payload").path("messageId").asText());
    }
  }

  @Test
  void whatBackEndsPublishIsWithheldByItsAuthorToo() {
    get(one.gateway().block("bert", Set.of("mallory", "42")));
    try (WsClient bert = two.open("bert")) {
      bert.subscribe("room:a");
      publish("{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"id\":\"1\",\"authorId\":\"mallory\"}}");
      publish("{\"type\":\"POST_CREATED\",\"payload\":{\"authorId\":42,\"x\":{\"y\":[1]}}}");
      publish("{\"type\":\"CHAT_MESSAGE\",\"payload\":{\"content\":\"ok\",\"authorId\":\"cleo\"}}");
      List<JsonNode> got = untilHeard(bert, "ok");
      assertEquals(List.of("GAP", "GAP", "CHAT_MESSAGE"), types(got));
    }
  }

  @Test
  void listHoldsFromTheFirstFrameAndForWhatIsReadLater() {
    String epoch;
    try (WsClient mallory = one.open("mallory");
        WsClient cleo = one.open("cleo")) {
      mallory.subscribe("room:a");
      cleo.subscribe("room:a");
      say(cleo, "first");
      // Not by who said it: it may have come in front of the answer, which was waited for.
      epoch = heard(mallory, "first").path("epoch").asText();
      say(mallory, "boo");
      say(cleo, "last");
    }
    get(one.gateway().block("bert", Set.of("mallory")));
    try (WsClient bert = two.open("bert")) {
      bert.command(
          "{'type':'SUBSCRIBE','id':'s','payload':{'roomId':'a','since':{'epoch':'"
              + epoch
              + "','offset':1}}}");
      JsonNode ack = bert.expect("ACK").path("payload");
      assertTrue(ack.path("recovered").asBoolean());
      assertEquals(2, ack.path("missed").asInt());
      List<JsonNode> got = untilHeard(bert, "last");
      assertEquals(List.of("GAP", "CHAT_MESSAGE"), types(got));

      bert.command("{'type':'HISTORY','id':'h','payload':{'roomId':'a','limit':10}}");
      JsonNode messages = bert.expect("ACK").path("payload").path("messages");
      assertEquals(3, messages.size());
      assertEquals("first", messages.path(0).path("payload").path("content").asText());
      assertEquals("GAP", messages.path(1).path("type").asText());
      assertEquals(2, messages.path(1).path("payload").path("from").asLong());
      assertFalse(messages.toString().contains("boo"));
    }
  }

  @Test
  void blockedMessagesLeaveTheInboxUnread() {
    get(one.gateway().block("bert", Set.of("mallory")));
    try (WsClient mallory = one.open("mallory");
        WsClient cleo = one.open("cleo")) {
      send(mallory, "boo");
      send(cleo, "hello");
      send(mallory, "boo again");
    }
    try (WsClient bert = two.open("bert")) {
      bert.command("{'type':'INBOX','id':'i'}");
      JsonNode message = bert.expect("DIRECT_MESSAGE");
      assertEquals("hello", message.path("payload").path("content").asText());
      bert.command(
          "{'type':'INBOX_ACK','id':'a','payload':{'offset':"
              + message.path("offset").asLong()
              + "}}");
      bert.expect(each -> each.path("id").asText().equals("a"), "an answer to INBOX_ACK");
      assertEquals(List.of(), bert.receivedUntilPong());
    }
    get(one.gateway().block("bert", Set.of()));
    try (WsClient bert = two.open("bert")) {
      bert.command("{'type':'INBOX','id':'i'}");
      bert.expect("ACK");
      try (WsClient cleo = one.open("cleo")) {
        send(cleo, "later");
      }
      assertEquals("later", bert.expect("DIRECT_MESSAGE").path("payload").path("content").asText());
    }
  }

  @Test
  void whoIsUnblockedIsHeardAgainWithinASecondOnEveryNode() {
    get(one.gateway().block("bert", Set.of("mallory")));
    assertEquals(Set.of("mallory"), get(two.gateway().blocked("bert")));
    try (WsClient mallory = one.open("mallory");
        WsClient here = one.open("bert");
        WsClient there = two.open("bert");
        RedisClient client = redis.connect()) {
      for (WsClient each : List.of(mallory, here, there)) {
        each.subscribe("room:a");
      }
      get(two.gateway().block("bert", Set.of()));
      for (WsClient bert : List.of(here, there)) {
        await()
            .atMost(A_SECOND)
            .until(() -> typeReadWhenSaid(mallory, bert).equals("CHAT_MESSAGE"));
      }
      assertEquals(Set.of(), get(one.gateway().blocked("bert")));
      assertEquals(Set.of(), client.keys("gw:{user:bert}:b"));
    }
  }

  @Test
  void nodeThatCouldNotHearReadsWhatItMissed() {
    try (WsClient mallory = one.open("mallory");
        WsClient bert = two.open("bert");
        RedisClient client = redis.connect()) {
      mallory.subscribe("room:a");
      bert.subscribe("room:a");
      client.call("SADD", "gw:{user:bert}:b", "mallory");
      client.call("SADD", "gw:{blocking}", "bert");
      redis.killSubscribers();
      awaitBlock(mallory, bert);
    }
  }

  @Test
  void whileNobodyBlocksAnybodyNewcomersCostRedisNothing() {
    try (RedisClient client = redis.connect()) {
      await().until(() -> readsWhile(client, () -> one.open("cleo").close()) == 0);
      get(two.gateway().block("bert", Set.of("mallory")));
      await().until(() -> readsWhile(client, () -> one.open("cleo").close()) == 1);
      get(two.gateway().block("bert", Set.of()));
      assertEquals(0L, client.call("SCARD", "gw:{blocking}"));
    }
  }

  private static long readsWhile(RedisClient client, Runnable action) {
    client.call("CONFIG", "RESETSTAT");
    action.run();
    String stats = String.valueOf(client.call("INFO", "commandstats"));
    Matcher calls = Pattern.compile("cmdstat_smembers:calls=(\\d+)").matcher(stats);
    return calls.find() ? Long.parseLong(calls.group(1)) : 0;
  }

  @Test
  void listsThatAreNoneAreRefused() {
    Set<String> tooMany =
        IntStream.rangeClosed(0, 1_000).mapToObj(i -> "u" + i).collect(Collectors.toSet());
    Gateway gateway = one.gateway();
    for (Set<String> bad : List.of(tooMany, Set.of("bert"), Set.of("not an id"))) {
      assertThrows(IllegalArgumentException.class, () -> gateway.block("bert", bad));
    }
    tooMany.remove("u0");
    get(gateway.block("bert", tooMany));
    assertEquals(tooMany, get(two.gateway().blocked("bert")));
  }

  /** One talks until the others hear no more of it. */
  private static void awaitBlock(WsClient sender, WsClient... readers) {
    for (WsClient reader : readers) {
      await().until(() -> typeReadWhenSaid(sender, reader).equals("GAP"));
    }
  }

  private static String typeReadWhenSaid(WsClient sender, WsClient reader) {
    reader.drain();
    say(sender, "anybody there?");
    return reader
        .expect(each -> Set.of("GAP", "CHAT_MESSAGE").contains(typeOf(each)), "something of it")
        .path("type")
        .asText();
  }

  private static String say(WsClient sender, String content) {
    sender.command(
        "{'type':'CHAT_MESSAGE','id':'c','payload':{'roomId':'a','content':'" + content + "'}}");
    return sender.expect("ACK").path("payload").path("messageId").asText();
  }

  private static void send(WsClient sender, String content) {
    sender.command(
        "{'type':'DIRECT_MESSAGE','id':'d','payload':{'targetUserId':'bert','content':'"
            + content
            + "'}}");
    sender.expect("ACK");
  }

  private void publish(String envelope) {
    get(
        one.gateway()
            .broadcastToChannel(ChannelName.room("a"), envelope.getBytes(StandardCharsets.UTF_8)));
  }

  private static JsonNode heard(WsClient reader, String content) {
    List<JsonNode> got = untilHeard(reader, content);
    return got.get(got.size() - 1);
  }

  private static List<JsonNode> untilHeard(WsClient reader, String content) {
    List<JsonNode> got = new ArrayList<>();
    reader.expect(
        each -> {
          // Presence comes and goes.
          if (!each.path("type").asText().startsWith("USER_")) {
            got.add(each);
          }
          return each.path("payload").path("content").asText().equals(content);
        },
        content);
    return got;
  }

  private static String typeOf(JsonNode envelope) {
    return envelope.path("type").asText();
  }

  private static List<String> types(List<JsonNode> envelopes) {
    return envelopes.stream().map(BlockIT::typeOf).toList();
  }

  private static List<Long> places(List<JsonNode> gaps) {
    return gaps.stream().map(each -> each.path("payload").path("to").asLong()).toList();
  }

  private TestNode node(String name) {
    TestNode node =
        TestNode.start(
            new RedissonBackplane(
                RedisConfig.parse(redis.url()),
                BackplaneTimings.DEFAULT,
                NodeId.create(name, new SecureRandom())),
            settings ->
                settings
                    .history(HistoryPolicy.everywhere(new Retention(1_000, Duration.ofHours(1))))
                    .inbox(new Retention(200, Duration.ofDays(7)))
                    .limits(limits -> limits.commands(Rate.UNLIMITED).publishing(Rate.UNLIMITED))
                    .clientPublishing(ClientPublishing.everywhere(ClientPublishing.Policy.RELAY)));
    await().until(() -> node.gateway().isReady());
    return node;
  }

  private static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
