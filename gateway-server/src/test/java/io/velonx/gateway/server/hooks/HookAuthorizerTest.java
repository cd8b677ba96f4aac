package io.velonx.gateway.server.hooks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.protocol.ChannelName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HookAuthorizerTest {
  private static final Principal ANNA = new Principal("anna", null, null, null);
  private static final ChannelName ROOM = ChannelName.room("1");

  private final List<CompletableFuture<JsonNode>> questions = new ArrayList<>();
  private long nanos;
  private final HookAuthorizer authorizer =
      new HookAuthorizer(
          (hook, question) -> {
            CompletableFuture<JsonNode> answer = new CompletableFuture<>();
            questions.add(answer);
            return answer;
          },
          Duration.ofSeconds(60),
          () -> nanos);

  @Test
  void whoAsksTheSameWhileItIsAskedSharesTheAnswerInTheirOrder() {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int place = i;
      ask().whenComplete((may, failure) -> order.add(place));
    }
    assertEquals(1, questions.size());
    answer(0, true);
    assertEquals(List.of(0, 1, 2, 3, 4), order);
  }

  @Test
  void answerHoldsForItsTimeAndNoLonger() {
    ask();
    answer(0, true);
    nanos = Duration.ofSeconds(59).toNanos();
    assertTrue(ask().join());
    assertEquals(1, questions.size());
    nanos = Duration.ofSeconds(60).toNanos();
    ask();
    assertEquals(2, questions.size());
  }

  @Test
  void answerFromBeforeARevocationLetsNobodyIn() {
    CompletableFuture<Boolean> before = ask();
    authorizer.forget("anna", ROOM);
    CompletableFuture<Boolean> after = ask();
    answer(0, true);
    assertTrue(before.isCompletedExceptionally());
    answer(1, false);
    assertEquals(false, after.join());
  }

  @Test
  void nothingIsKeptOfWhoIsGone() {
    ask();
    answer(0, true);
    assertEquals(1, authorizer.size());
    authorizer.forget("anna");
    assertEquals(0, authorizer.size());
  }

  private CompletableFuture<Boolean> ask() {
    return authorizer.mayI(ANNA, ChannelAction.SUBSCRIBE, ROOM);
  }

  private void answer(int question, boolean allow) {
    questions.get(question).complete(JsonNodeFactory.instance.objectNode().put("allow", allow));
  }
}
