package io.velonx.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backend.ChannelAuthorizer;
import io.velonx.gateway.backend.Draft;
import io.velonx.gateway.backend.GatewayEvent;
import io.velonx.gateway.backend.PublishHook;
import io.velonx.gateway.backend.PublishHook.Answer;
import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.dispatch.ClientPublishing;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What somebody may do, as his page sees it. */
@Timeout(60)
class AccessIT {
  private final RecordingAuthorizer authorizer = new RecordingAuthorizer();
  private final RecordingHook hook = new RecordingHook();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @Test
  void whoMayNotSubscribeIsToldSoAndHearsNothing() {
    TestNode node = node();
    authorizer.answer("subscribe room:secret", ChannelAuthorizer.REFUSED);
    WsClient page = node.open("anna");
    page.command("{'type':'SUBSCRIBE','id':'1','payload':{'channels':['room:a','room:secret']}}");
    assertError(page, "1", "FORBIDDEN");
    assertEquals(0, node.gateway().subscriptionCount());
    page.command("{'type':'SUBSCRIBE','id':'2','payload':{'roomId':'a'}}");
    assertEquals("2", page.expect("ACK").path("id").asText());
  }

  @Test
  void answerThatTakesTimeHoldsOnlyThatCommand() {
    TestNode node = node();
    CompletableFuture<Boolean> slow = authorizer.hold("subscribe room:slow");
    WsClient page = node.open("anna");
    page.command("{'type':'SUBSCRIBE','id':'slow','payload':{'roomId':'slow'}}");
    page.command("{'type':'SUBSCRIBE','id':'fast','payload':{'roomId':'fast'}}");
    assertEquals("fast", page.expect("ACK").path("id").asText());
    assertEquals(1, node.gateway().subscriptionCount());
    slow.complete(true);
    assertEquals("slow", page.expect("ACK").path("id").asText());
    assertEquals(2, node.gateway().subscriptionCount());
  }

  @Test
  void whoeverLeavesBeforeTheAnswerIsNotLetIn() {
    TestNode node = node();
    CompletableFuture<Boolean> slow = authorizer.hold("subscribe room:slow");
    WsClient page = node.open("anna");
    page.command("{'type':'SUBSCRIBE','id':'1','payload':{'roomId':'slow'}}");
    page.command("{'type':'UNSUBSCRIBE','id':'2','payload':{'roomId':'slow'}}");
    assertEquals("2", page.expect("ACK").path("id").asText());
    slow.complete(true);
    assertError(page, "1", "NOT_SUBSCRIBED");
    assertEquals(0, node.gateway().subscriptionCount());
  }

  @Test
  void connectionLostBeforeTheAnswerLeavesNothingBehind() {
    TestNode node = node();
    CompletableFuture<Boolean> slow = authorizer.hold("subscribe room:slow");
    WsClient page = node.open("anna");
    page.command("{'type':'SUBSCRIBE','payload':{'roomId':'slow'}}");
    await().until(() -> authorizer.asked.contains("anna subscribe room:slow"));
    page.drop();
    await().until(() -> node.gateway().getConnectionStats().totalConnections() == 0);
    slow.complete(true);
    try (WsClient other = node.open("bert")) {
      other.subscribe("room:a");
      assertEquals(1, node.gateway().subscriptionCount());
    }
  }

  @Test
  void nobodyKnowingIsUnavailableAndNotForbidden() {
    TestNode node = node();
    authorizer.answer(
        "subscribe room:a", CompletableFuture.failedFuture(new IllegalStateException("away")));
    WsClient page = node.open("anna");
    page.command("{'type':'SUBSCRIBE','id':'1','payload':{'roomId':'a'}}");
    assertError(page, "1", "UNAVAILABLE");
  }

  @Test
  void historyAndPublishingAreAskedForOnTheirOwn() {
    TestNode node = node();
    authorizer.answer("history room:a", ChannelAuthorizer.REFUSED);
    authorizer.answer("publish room:b", ChannelAuthorizer.REFUSED);
    WsClient page = node.open("anna");
    page.subscribe("room:a");
    page.subscribe("room:b");
    page.command("{'type':'HISTORY','id':'1','payload':{'roomId':'a'}}");
    assertError(page, "1", "FORBIDDEN");
    page.command("{'type':'CHAT_MESSAGE','id':'2','payload':{'roomId':'b','content':'x'}}");
    assertError(page, "2", "FORBIDDEN");
    page.command("{'type':'CHAT_MESSAGE','id':'3','payload':{'roomId':'a','content':'x'}}");
    assertEquals("3", page.expect("ACK").path("id").asText());
  }

  @Test
  void userTakenOutOfAChannelHearsNothingMoreOnAnyNode() {
    RedisServer redis = RedisServer.start();
    TestNode one = node(redis);
    TestNode two = node(redis);
    opened.add(redis);
    ChannelName room = ChannelName.room("a");
    WsClient here = one.open("anna");
    WsClient there = two.open("anna");
    WsClient other = two.open("bert");
    for (WsClient page : List.of(here, there, other)) {
      page.subscribe("room:a");
    }
    assertEquals(2, one.gateway().unsubscribeUser("anna", room).toCompletableFuture().join());
    await()
        .atMost(1, TimeUnit.SECONDS)
        .until(
            () -> one.gateway().subscriptionCount() == 0 && two.gateway().subscriptionCount() == 1);
    assertTrue(authorizer.asked.contains("forget anna room:a"));
    one.gateway().broadcastToChannel(room, "{\"type\":\"LATE\"}".getBytes(StandardCharsets.UTF_8));
    other.expect("LATE");
    for (WsClient page : List.of(here, there)) {
      List<String> texts = page.receivedUntilPong();
      assertFalse(texts.toString().contains("LATE"), texts.toString());
      assertTrue(texts.toString().contains("took you out of room:a"), texts.toString());
      assertFalse(page.isClosed());
    }
  }

  @Test
  void userTakenOutOnALoneNodeMayComeBackWhenHeIsLetIn() {
    TestNode node = node();
    WsClient page = node.open("anna");
    page.subscribe("room:a");
    assertEquals(
        1,
        node.gateway().unsubscribeUser("anna", ChannelName.room("a")).toCompletableFuture().join());
    assertTrue(page.expect("ERROR").toString().contains("took you out of room:a"));
    authorizer.answer("subscribe room:a", ChannelAuthorizer.REFUSED);
    page.command("{'type':'SUBSCRIBE','id':'1','payload':{'roomId':'a'}}");
    assertError(page, "1", "FORBIDDEN");
    authorizer.answer("subscribe room:a", ChannelAuthorizer.ALLOWED);
    page.subscribe("room:a");
    assertEquals(1, node.gateway().subscriptionCount());
  }

  @Test
  void whoIsOnlineIsAskedForOnItsOwn() {
    TestNode node = node();
    authorizer.answer("presence room:a", ChannelAuthorizer.REFUSED);
    WsClient page = node.open("anna");
    page.command("{'type':'SUBSCRIBE','id':'1','payload':{'roomId':'a','presence':true}}");
    assertError(page, "1", "FORBIDDEN");
    page.subscribe("room:a");
    page.command("{'type':'PRESENCE','id':'2','payload':{'roomId':'a'}}");
    assertError(page, "2", "FORBIDDEN");
  }

  @Test
  void kickedUserIsClosedOnEveryNodeWith4003() {
    RedisServer redis = RedisServer.start();
    TestNode one = node(redis);
    TestNode two = node(redis);
    opened.add(redis);
    WsClient here = one.open("anna");
    WsClient there = two.open("anna");
    WsClient other = two.open("bert");
    await()
        .untilAsserted(
            () ->
                assertEquals(
                    2, two.gateway().kickUser("anna").toCompletableFuture().join() + closed(here)));
    assertEquals(4003, here.closeCode());
    assertEquals(4003, there.closeCode());
    assertEquals(List.of(), other.receivedUntilPong());
  }

  @Test
  void messageIsSeenOnlyOnceTheBackEndHasKeptIt() {
    TestNode node = node();
    WsClient author = node.open("anna");
    WsClient reader = node.open("bert");
    author.subscribe("room:h");
    reader.subscribe("room:h");
    author.command(
        "{'type':'CHAT_MESSAGE','id':'1','payload':{'roomId':'h','content':'hi',"
            + "'clientMessageId':'c1'}}");
    Question question = hook.next();
    assertEquals("hi", question.draft.content());
    assertEquals("c1", question.draft.clientMessageId());
    assertEquals("anna", question.draft.author().userId());
    assertFalse(reader.receivedUntilPong().toString().contains("CHAT_MESSAGE"));
    question.answer.complete(
        new Answer.Accepted(
            "{\"id\":\"m7\",\"content\":\"HI\"}".getBytes(StandardCharsets.UTF_8), "m7"));
    assertEquals("m7", author.expect("ACK").path("payload").path("messageId").asText());
    assertEquals("HI", reader.expect("CHAT_MESSAGE").path("payload").path("content").asText());
  }

  @Test
  void refusalOfTheBackEndReachesTheSenderAlone() {
    TestNode node = node();
    WsClient author = node.open("anna");
    author.subscribe("room:h");
    author.command("{'type':'MESSAGE_DELETE','id':'1','payload':{'roomId':'h','messageId':'m'}}");
    Question question = hook.next();
    assertEquals("m", question.draft.messageId());
    question.answer.complete(new Answer.Refused("not yours"));
    JsonNode error = assertError(author, "1", "FORBIDDEN");
    assertEquals("not yours", error.path("error").asText());
  }

  @Test
  void backEndThatDoesNotAnswerIsUnavailableAndCostsNobodyElse() {
    TestNode node = node();
    WsClient author = node.open("anna");
    WsClient other = node.open("bert");
    author.subscribe("room:h");
    other.subscribe("room:h");
    author.command("{'type':'CHAT_MESSAGE','id':'1','payload':{'roomId':'h','content':'x'}}");
    Question stuck = hook.next();
    other.command("{'type':'CHAT_MESSAGE','id':'2','payload':{'roomId':'h','content':'y'}}");
    hook.next().answer.complete(new Answer.Accepted(null, null));
    assertEquals("2", other.expect("ACK").path("id").asText());
    assertEquals("y", author.expect("CHAT_MESSAGE").path("payload").path("content").asText());
    stuck.answer.completeExceptionally(new IllegalStateException("deadline"));
    assertError(author, "1", "UNAVAILABLE");
  }

  @Test
  void messagesOfOneUserAreAskedAboutInTheirOrder() {
    TestNode node = node();
    WsClient author = node.open("anna");
    author.subscribe("room:h");
    for (int i = 0; i < 5; i++) {
      author.command(
          "{'type':'CHAT_MESSAGE','id':'"
              + i
              + "','payload':{'roomId':'h','content':'"
              + i
              + "'}}");
    }
    for (int i = 0; i < 5; i++) {
      Question question = hook.next();
      assertEquals("" + i, question.draft.content());
      assertTrue(hook.questions.isEmpty());
      question.answer.complete(new Answer.Accepted(null, null));
      assertEquals("" + i, author.expect("ACK").path("id").asText());
    }
  }

  @Test
  void everythingABackEndMayWantToKnowIsTold() {
    List<String> events = new CopyOnWriteArrayList<>();
    TestNode node =
        node(
            settings ->
                settings.events(event -> events.add(lineOf(event))).presenceGrace(Duration.ZERO));
    WsClient page = node.open("anna");
    page.subscribe("room:a");
    await().until(() -> events.contains("member_joined anna room:a"));
    page.close();
    await().until(() -> events.contains("channel_vacated null room:a"));
    await().until(() -> events.contains("user_offline anna null"));
    assertTrue(
        events.containsAll(
            List.of(
                "connected anna null",
                "user_online anna null",
                "channel_occupied null room:a",
                "member_left anna room:a",
                "disconnected anna null")),
        events.toString());
    assertEquals(8, events.size(), events.toString());
  }

  private static String lineOf(GatewayEvent event) {
    return event.kind().word() + " " + event.userId() + " " + event.channel();
  }

  private static int closed(WsClient page) {
    return page.isClosed() ? 2 : 0;
  }

  private static JsonNode assertError(WsClient page, String id, String code) {
    JsonNode error = page.expect("ERROR");
    assertEquals(id, error.path("id").asText());
    assertEquals(code, error.path("payload").path("code").asText(), error.toString());
    return error.path("payload");
  }

  private TestNode node() {
    return node(settings -> settings);
  }

  private TestNode node(UnaryOperator<GatewayConfig.Builder> more) {
    TestNode node = TestNode.start(settings -> more.apply(with(settings)));
    opened.add(0, node);
    return node;
  }

  private TestNode node(RedisServer redis) {
    TestNode node =
        TestNode.start(
            new RedissonBackplane(
                RedisConfig.parse(redis.url()),
                BackplaneTimings.DEFAULT,
                NodeId.create("node", new SecureRandom())),
            this::with);
    opened.add(0, node);
    await().until(() -> node.gateway().isReady());
    return node;
  }

  private GatewayConfig.Builder with(GatewayConfig.Builder settings) {
    return settings
        .authorizer(authorizer)
        .publishHook(hook)
        .clientPublishing(
            new ClientPublishing(
                Map.of("", ClientPublishing.Policy.RELAY, "room:h", ClientPublishing.Policy.HOOK)));
  }

  /** Answers as told, and everything else with yes. */
  private static final class RecordingAuthorizer implements ChannelAuthorizer {
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Map<String, CompletableFuture<Boolean>> answers = new ConcurrentHashMap<>();

    void answer(String question, CompletableFuture<Boolean> answer) {
      answers.put(question, answer);
    }

    CompletableFuture<Boolean> hold(String question) {
      CompletableFuture<Boolean> held = new CompletableFuture<>();
      answer(question, held);
      return held;
    }

    @Override
    public CompletableFuture<Boolean> mayI(
        Principal principal, ChannelAction action, ChannelName channel) {
      String question = action.word() + " " + channel;
      asked.add(principal.userId() + " " + question);
      return answers.getOrDefault(question, ALLOWED);
    }

    @Override
    public void forget(String userId, ChannelName channel) {
      asked.add("forget " + userId + " " + channel);
    }
  }

  private record Question(Draft draft, CompletableFuture<Answer> answer) {}

  /** Lets the test answer. */
  private static final class RecordingHook implements PublishHook {
    private final ConcurrentLinkedQueue<Question> questions = new ConcurrentLinkedQueue<>();

    @Override
    public CompletableFuture<Answer> ask(Draft draft) {
      Question question = new Question(draft, new CompletableFuture<>());
      questions.add(question);
      return question.answer;
    }

    Question next() {
      return await().until(questions::poll, question -> question != null);
    }
  }
}
