package io.velonx.gateway.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.ManualScheduler;
import io.velonx.gateway.testing.RecordingBackplane;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class OnlineListsTest {
  private static final ChannelName ROOM = ChannelName.room("a");
  private static final Online ONE = new Online(List.of(), 1);
  private static final Online TWO = new Online(List.of(), 2);

  private final RecordingBackplane backplane = new RecordingBackplane();
  private final ManualScheduler time = new ManualScheduler();
  private final OnlineLists lists =
      new OnlineLists(backplane, time.executor(), new GatewayMetrics(new MetricRegistry()));

  @Test
  void whoAsksTogetherSharesALookThatBeganAfterwards() {
    CompletableFuture<Online> first = ask();
    CompletableFuture<Online> second = ask();
    CompletableFuture<Online> third = ask();
    assertEquals(1, backplane.lists.size());
    backplane.lists.remove().complete(ONE);
    assertEquals(ONE, first.join());
    assertFalse(second.isDone());
    time.advance(OnlineLists.PACE);
    assertEquals(1, backplane.lists.size());
    backplane.lists.remove().complete(TWO);
    assertEquals(TWO, second.join());
    assertEquals(TWO, third.join());
  }

  @Test
  void whoAsksWhenNobodyElseDoesIsAnsweredAtOnce() {
    ask();
    time.advance(OnlineLists.PACE);
    ask();
    assertEquals(2, backplane.lists.size());
    time.advance(OnlineLists.PACE.multipliedBy(2));
    assertEquals(2, backplane.lists.size());
  }

  @Test
  void channelsAreLookedAtApart() {
    ask();
    lists.online(ChannelName.group("a"));
    time.run();
    assertEquals(List.of("online room:a", "online group:a"), backplane.takeCalls());
  }

  @Test
  void failureIsToldAndForgotten() {
    CompletableFuture<Online> failing = ask();
    backplane.lists.remove().completeExceptionally(new IllegalStateException("as told"));
    assertTrue(failing.isCompletedExceptionally());
    time.advance(OnlineLists.PACE);
    CompletableFuture<Online> next = ask();
    backplane.lists.remove().complete(ONE);
    assertEquals(ONE, next.join());
  }

  @Test
  void noAnswerIsNotWaitedForForLong() {
    CompletableFuture<Online> asked = ask();
    time.advance(Duration.ofSeconds(4));
    assertTrue(asked.isCompletedExceptionally());
  }

  private CompletableFuture<Online> ask() {
    CompletableFuture<Online> answer = lists.online(ROOM).toCompletableFuture();
    time.run();
    return answer;
  }
}
