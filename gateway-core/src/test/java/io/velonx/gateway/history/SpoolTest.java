package io.velonx.gateway.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.ChannelName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class SpoolTest {
  private static final ChannelName ROOM = ChannelName.room("a");

  private final GatewayMetrics metrics = new GatewayMetrics(new MetricRegistry());
  private final List<String> accepted = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();
  private final List<Spool.Entry> sent = new ArrayList<>();
  private final List<CompletableFuture<Void>> answers = new ArrayList<>();
  private long now;
  private final Spool spool =
      new Spool(
          new SpoolPolicy(300, 1_000, Duration.ofSeconds(30)),
          () -> now,
          entry -> dropped.add(text(entry)),
          metrics);

  @Test
  void whatWaitsIsSentInItsOrderAndInRounds() {
    for (int i = 0; i < 150; i++) {
      assertTrue(offer("" + i));
    }
    CompletionStage<Void> drained = spool.drain(this::send);
    assertEquals(1, sent.size());
    answerAll();
    assertEquals(101, sent.size());
    answerAll();
    assertEquals(150, sent.size());
    assertFalse(drained.toCompletableFuture().isDone());
    answerAll();
    assertTrue(drained.toCompletableFuture().isDone());
    assertFalse(spool.isWaiting());
    for (int i = 0; i < 150; i++) {
      assertEquals("" + i, text(sent.get(i)));
    }
  }

  @Test
  void whatComesWhileItIsSentIsSentBehindIt() {
    offer("1");
    CompletionStage<Void> drained = spool.drain(this::send);
    offer("2");
    assertTrue(spool.isWaiting());
    answerAll();
    assertEquals("2", text(sent.get(1)));
    answerAll();
    assertTrue(drained.toCompletableFuture().isDone());
  }

  @Test
  void whatCouldNotBeSentStaysInFrontUnderItsKey() {
    offer("0");
    offer("1");
    offer("2");
    CompletionStage<Void> drained = spool.drain(this::send);
    sent.clear();
    answerAll();
    offer("3");
    answers.get(0).completeExceptionally(new BackplaneUnavailableException("as told", null));
    answers.get(1).complete(null);
    assertTrue(drained.toCompletableFuture().isCompletedExceptionally());
    assertTrue(spool.isWaiting());
    spool.drain(this::send);
    answers.get(2).complete(null);
    assertEquals(List.of("1", "2", "1", "3"), sent.stream().map(SpoolTest::text).toList());
    assertEquals(sent.get(0).idempotency(), sent.get(2).idempotency());
    assertNotEquals(sent.get(0).idempotency(), sent.get(1).idempotency());
  }

  @Test
  void keyOfItsOwnIsKept() {
    Idempotency own = new Idempotency("own", "receipt");
    spool.offer(ROOM, "1".getBytes(UTF_8), Retention.DEFAULT, own, () -> {});
    spool.drain(this::send);
    assertEquals(own, sent.get(0).idempotency());
  }

  @Test
  void newcomerIsRefusedWhenItIsFullByCount() {
    for (int i = 0; i < 300; i++) {
      assertTrue(offer("x"));
    }
    assertFalse(offer("x"));
    assertEquals(1, metrics.spoolRefused.getCount());
    assertEquals(300, accepted.size());
    assertEquals(List.of(), dropped);
  }

  @Test
  void newcomerIsRefusedWhenItIsFullByOctets() {
    assertTrue(offer("x".repeat(600)));
    assertFalse(offer("x".repeat(401)));
    assertTrue(offer("x".repeat(400)));
    spool.drain(this::send);
    answerAll();
    answerAll();
    assertTrue(offer("x".repeat(1_000)));
  }

  @Test
  void whatIsTooOldIsDroppedAndCounted() {
    offer("1");
    now += Duration.ofSeconds(20).toNanos();
    offer("2");
    now += Duration.ofSeconds(11).toNanos();
    spool.forgetOld();
    assertEquals(List.of("1"), dropped);
    assertEquals(1, metrics.spoolDropped.getCount());
  }

  @Test
  void whatIsOnItsWayIsNotDropped() {
    offer("1");
    CompletionStage<Void> drained = spool.drain(this::send);
    now += Duration.ofSeconds(31).toNanos();
    spool.forgetOld();
    assertEquals(List.of(), dropped);
    answerAll();
    assertTrue(drained.toCompletableFuture().isDone());
    assertFalse(spool.isWaiting());
  }

  @Test
  void somethingIsUrgentHalfwayToItsEnd() {
    offer("1");
    assertFalse(spool.isUrgent());
    now += Duration.ofSeconds(16).toNanos();
    assertTrue(spool.isUrgent());
  }

  @Test
  void closedSpoolTakesNothingAndCountsWhatIsLost() {
    offer("1");
    CompletionStage<Void> drained = spool.drain(this::send);
    spool.close();
    assertFalse(offer("2"));
    assertEquals(1, metrics.spoolDropped.getCount());
    answerAll();
    assertTrue(drained.toCompletableFuture().isDone());
  }

  private boolean offer(String text) {
    return spool.offer(
        ROOM, text.getBytes(UTF_8), Retention.DEFAULT, null, () -> accepted.add(text));
  }

  private CompletionStage<?> send(Spool.Entry entry) {
    sent.add(entry);
    CompletableFuture<Void> answer = new CompletableFuture<>();
    answers.add(answer);
    return answer;
  }

  private void answerAll() {
    List<CompletableFuture<Void>> open = List.copyOf(answers);
    answers.clear();
    open.forEach(answer -> answer.complete(null));
  }

  private static String text(Spool.Entry entry) {
    return new String(entry.envelope(), UTF_8);
  }
}
