package io.velonx.gateway.server.hooks;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backend.Draft;
import io.velonx.gateway.backend.GatewayEvent;
import io.velonx.gateway.backend.GatewayEvent.Kind;
import io.velonx.gateway.backend.PublishHook.Answer;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.MessageType;
import io.velonx.gateway.server.hooks.RecordingBackEnd.Asked;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.CompletionException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class HooksTest {
  private static final String SECRET = "a secret of the hooks";
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);
  private static final Principal ANNA = new Principal("anna", "Anna", null, null);
  private static final ChannelName ROOM = ChannelName.room("1");

  private final RecordingBackEnd backEnd = new RecordingBackEnd();
  private final MetricRegistry registry = new MetricRegistry();
  private final Hooks hooks =
      new Hooks(
          new HookConfig(
              backEnd.url(),
              SECRET,
              Duration.ofSeconds(2),
              Duration.ofMinutes(1),
              Set.of(Kind.CONNECTED, Kind.MEMBER_JOINED)),
          "node-1",
          CLOCK,
          registry);

  HooksTest() throws IOException {}

  @AfterEach
  void close() {
    hooks.close();
    backEnd.close();
  }

  @Test
  void requestIsSignedOverItsTimeAndBody() throws Exception {
    backEnd.usual = "200 {\"allow\":true}";
    assertTrue(may());
    Asked asked = backEnd.asked.get(0);
    assertEquals("1700000000", asked.timestamp());
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] expected =
        mac.doFinal((asked.timestamp() + "." + asked.body()).getBytes(StandardCharsets.UTF_8));
    assertEquals("v1=" + HexFormat.of().formatHex(expected), asked.signature());
    assertEquals("authorize", asked.hook());
    assertEquals(asked.delivery(), asked.json().path("delivery").asText());
    assertEquals("anna", asked.json().path("user").path("id").asText());
    assertEquals("subscribe", asked.json().path("action").asText());
    assertEquals("room:1", asked.json().path("channel").asText());
  }

  @Test
  void answerIsRememberedUntilItIsRevoked() {
    backEnd.answers.add("200 {\"allow\":true}");
    backEnd.answers.add("200 {\"allow\":false}");
    assertTrue(may());
    assertTrue(may());
    assertEquals(1, backEnd.asked.size());
    hooks.authorizer().forget("anna", ROOM);
    assertEquals(false, may());
    assertEquals(false, may());
    assertEquals(2, backEnd.asked.size());
    hooks.authorizer().forget("anna");
    backEnd.answers.add("200 {\"allow\":true}");
    assertTrue(may());
  }

  @Test
  void failureOfTheBackEndIsTriedAgainAsTheSameDelivery() {
    backEnd.answers.add("503 ");
    backEnd.answers.add("500 x");
    backEnd.usual = "200 {\"allow\":true}";
    assertTrue(may());
    assertEquals(3, backEnd.asked.size());
    assertEquals(1, backEnd.asked.stream().map(Asked::delivery).distinct().count());
  }

  @ParameterizedTest
  @ValueSource(strings = {"400 {}", "200 {}", "200 x", "302 ", "503 "})
  void answerThatIsNoneIsAFailureAndIsNotRemembered(String answer) {
    backEnd.usual = answer;
    assertThrows(CompletionException.class, this::may);
    backEnd.usual = "200 {\"allow\":true}";
    assertTrue(may());
  }

  @Test
  void backEndThatStaysAwayIsCounted() {
    backEnd.usual = "503 ";
    assertThrows(CompletionException.class, this::may);
    assertEquals(1, registry.counter(MetricNames.HOOKS_FAILURES).getCount());
    assertTrue(registry.counter(MetricNames.HOOKS_CALLS).getCount() > 2);
  }

  @Test
  void backEndMayKeepChangeAndRefuseWhatIsPublished() {
    Draft draft =
        new Draft(MessageType.CHAT_MESSAGE, ROOM, ANNA, "m1", "hi", "c1", "2026-01-01T00:00:00Z");
    backEnd.answers.add("200 {\"accept\":true}");
    Answer.Accepted plain = assertInstanceOf(Answer.Accepted.class, ask(draft));
    assertNull(plain.payload());
    assertNull(plain.messageId());
    backEnd.answers.add(
        "200 {\"accept\":true,\"messageId\":\"7\",\"payload\":{\"content\":\"HI\"}}");
    Answer.Accepted changed = assertInstanceOf(Answer.Accepted.class, ask(draft));
    byte[] payload = changed.payload();
    assertNotNull(payload);
    assertEquals("{\"content\":\"HI\"}", new String(payload, StandardCharsets.UTF_8));
    assertEquals("7", changed.messageId());
    backEnd.answers.add("200 {\"accept\":false,\"error\":\"no swearing\"}");
    assertEquals(new Answer.Refused("no swearing"), ask(draft));
    assertEquals("hi", backEnd.asked.get(0).json().path("content").asText());
    assertEquals("c1", backEnd.asked.get(0).json().path("clientMessageId").asText());
  }

  @Test
  void eventsAreToldInOrderAndNoneIsLostWhileTheBackEndIsAway() {
    backEnd.usual = "503 ";
    for (int i = 1; i <= 1200; i++) {
      hooks.events().accept(new GatewayEvent(Kind.CONNECTED, "u" + i, null));
      hooks.events().accept(new GatewayEvent(Kind.USER_ONLINE, "u" + i, null));
    }
    await().until(() -> backEnd.asked.size() >= 2);
    backEnd.usual = "200 {}";
    int before = backEnd.asked.size();
    hooks.events().accept(new GatewayEvent(Kind.MEMBER_JOINED, "last", ROOM));
    await().until(() -> backEnd.asked.toString().contains("\"last\""));
    long next = 1;
    for (Asked asked : backEnd.asked.subList(before, backEnd.asked.size())) {
      assertEquals("node-1", asked.json().path("node").asText());
      for (var event : asked.json().path("events")) {
        long number = event.path("number").asLong();
        // A batch whose answer was under way may come twice, and never later than the next one.
        if (number == next) {
          next++;
        }
        assertTrue(number < next, number + " before " + next);
      }
    }
    assertEquals(1202, next);
    assertEquals(0, registry.counter(MetricNames.HOOKS_EVENTS_DROPPED).getCount());
  }

  private boolean may() {
    return hooks.authorizer().mayI(ANNA, ChannelAction.SUBSCRIBE, ROOM).join();
  }

  private Answer ask(Draft draft) {
    return hooks.publishHook().ask(draft).toCompletableFuture().join();
  }
}
