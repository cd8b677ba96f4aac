package io.velonx.gateway.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.testing.RecordingBackplane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SpoolTest {
  private final GatewayMetrics metrics = new GatewayMetrics(new MetricRegistry());
  private final RecordingBackplane backplane = new RecordingBackplane();
  private final List<String> accepted = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();
  private final List<Sent> sent = new ArrayList<>();
  private final List<CompletableFuture<String>> answers = new ArrayList<>();
  private long now;
  private final Spool spool =
      new Spool(new SpoolPolicy(300, 1_000, Duration.ofSeconds(30)), backplane, () -> now, metrics);

  SpoolTest() {
    backplane.unavailable = true;
  }

  @Test
  void whatWaitsIsSentInItsOrderAndInRounds() {
    for (int i = 0; i < 150; i++) {
      assertTrue(offer("" + i));
    }
    CompletionStage<Void> drained = spool.drain();
    assertEquals(100, sent.size());
    answerAll();
    assertEquals(150, sent.size());
    assertFalse(drained.toCompletableFuture().isDone());
    answerAll();
    assertTrue(drained.toCompletableFuture().isDone());
    assertFalse(spool.isWaiting());
    for (int i = 0; i < 150; i++) {
      assertEquals("" + i, sent.get(i).text());
    }
  }

  @Test
  void whatComesWhileItIsSentIsSentBehindIt() {
    offer("1");
    CompletionStage<Void> drained = spool.drain();
    offer("2");
    assertTrue(spool.isWaiting());
    answerAll();
    assertEquals("2", sent.get(1).text());
    answerAll();
    assertTrue(drained.toCompletableFuture().isDone());
  }

  @Test
  void whatCouldNotBeSentStaysInFrontUnderItsKey() {
    offer("1");
    offer("2");
    CompletionStage<Void> drained = spool.drain();
    offer("3");
    answers.get(0).completeExceptionally(new BackplaneUnavailableException("as told", null));
    answers.get(1).complete("");
    assertTrue(drained.toCompletableFuture().isCompletedExceptionally());
    assertTrue(spool.isWaiting());
    spool.drain();
    answers.get(2).complete("");
    assertEquals(List.of("1", "2", "1", "3"), sent.stream().map(Sent::text).toList());
    assertEquals(sent.get(0).key(), sent.get(2).key());
    assertNotEquals(sent.get(0).key(), sent.get(1).key());
  }

  @Test
  void keyOfItsOwnIsKept() {
    Idempotency own = new Idempotency("own", "receipt");
    spool.send(new TextParcel("1"), own);
    spool.drain();
    assertEquals(own, sent.get(0).key());
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
    spool.drain();
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
    CompletionStage<Void> drained = spool.drain();
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
    CompletionStage<Void> drained = spool.drain();
    spool.close();
    assertFalse(offer("2"));
    assertEquals(1, metrics.spoolDropped.getCount());
    answerAll();
    assertTrue(drained.toCompletableFuture().isDone());
  }

  private boolean offer(String text) {
    CompletableFuture<String> kept = spool.send(new TextParcel(text), null).toCompletableFuture();
    return !kept.isCompletedExceptionally();
  }

  private void answerAll() {
    List<CompletableFuture<String>> open = List.copyOf(answers);
    answers.clear();
    open.forEach(answer -> answer.complete("sent"));
  }

  private record Sent(String text, Idempotency key) {}

  private final class TextParcel implements Spool.Parcel<String> {
    private final String text;

    TextParcel(String text) {
      this.text = text;
    }

    @Override
    public int octets() {
      return text.length();
    }

    @Override
    public CompletionStage<String> send(@Nullable Idempotency idempotency) {
      throw new AssertionError("the backplane is away");
    }

    @Override
    public CompletionStage<String> sendLate(Idempotency idempotency) {
      sent.add(new Sent(text, idempotency));
      CompletableFuture<String> answer = new CompletableFuture<>();
      answers.add(answer);
      return answer;
    }

    @Override
    public String kept(@Nullable Long sentNanos) {
      accepted.add(text);
      return "kept";
    }

    @Override
    public void dropped() {
      dropped.add(text);
    }
  }
}
