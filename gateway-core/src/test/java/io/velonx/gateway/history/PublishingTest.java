package io.velonx.gateway.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Appended.Reach;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import io.velonx.gateway.testing.RecordingBackplane;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PublishingTest {
  private static final ChannelName ROOM = ChannelName.room("a");
  private static final byte[] ENVELOPE = "{\"type\":\"X\"}".getBytes(UTF_8);

  private final RecordingBackplane backplane = new RecordingBackplane();
  private final GatewayMetrics metrics = new GatewayMetrics(new MetricRegistry());
  private final Spool spool = new Spool(SpoolPolicy.DEFAULT, backplane, System::nanoTime, metrics);
  private final Publishing publishing = publishing(spool, metrics);

  @Test
  void whatTheBackplaneCannotTakeIsKeptAndSentOnceItCan() {
    backplane.unavailable = true;
    Appended kept = done(publish("k", "receipt"));
    assertEquals(Reach.SPOOLED, kept.reach());
    assertEquals("receipt", kept.receipt());
    backplane.takeCalls();
    backplane.unavailable = false;
    spool.drain();
    assertEquals("append room:a {\"type\":\"X\"}", backplane.takeCalls().get(0));
  }

  @Test
  void whatComesLaterWaitsBehindIt() {
    backplane.unavailable = true;
    publish(null, "");
    backplane.unavailable = false;
    assertEquals(Reach.SPOOLED, done(publish(null, "")).reach());
    spool.drain();
    assertEquals(2, backplane.takeCalls().size());
    assertEquals(Reach.EVERYWHERE, done(publish(null, "")).reach());
  }

  @Test
  void repetitionDuringAnOutageIsToldOfTheFirstAndKeptOnce() {
    backplane.unavailable = true;
    publish("k", "first");
    Appended again = done(publish("k", "second"));
    assertTrue(again.repeated() && again.reach() == Reach.SPOOLED);
    assertEquals("first", again.receipt());
    assertEquals(1, metrics.spoolTaken.getCount());
  }

  @Test
  void repetitionOfWhatWasPublishedBeforeTheOutageIsNotKept() {
    assertEquals(Reach.EVERYWHERE, done(publish("k", "first")).reach());
    backplane.unavailable = true;
    assertTrue(done(publish("k", "second")).repeated());
    assertEquals(0, metrics.spoolTaken.getCount());
  }

  @Test
  void withoutASpoolTheFailureIsTold() {
    Publishing spoolless = spoolless();
    backplane.unavailable = true;
    CompletionStage<Appended> refused =
        spoolless.publish(ROOM, new Head("X", null, false), ENVELOPE, null);
    assertTrue(refused.toCompletableFuture().isCompletedExceptionally());
  }

  @Test
  void repetitionAfterAFailureIsAnAttemptOfItsOwn() {
    Publishing spoolless = spoolless();
    Idempotency key = new Idempotency("k", "");
    backplane.unavailable = true;
    spoolless.publish(ROOM, new Head("X", null, false), ENVELOPE, key);
    backplane.unavailable = false;
    CompletableFuture<Appended> again =
        spoolless.publish(ROOM, new Head("X", null, false), ENVELOPE, key).toCompletableFuture();
    assertFalse(again.join().repeated());
  }

  @Test
  void typingIsNeverKept() {
    backplane.unavailable = true;
    CompletionStage<Appended> lost =
        publishing.publish(ROOM, new Head("TYPING", null, false), ENVELOPE, null);
    assertTrue(lost.toCompletableFuture().isCompletedExceptionally());
    assertEquals(0, metrics.spoolTaken.getCount());
  }

  private CompletionStage<Appended> publish(@Nullable String key, String receipt) {
    return publishing.publish(
        ROOM,
        new Head("X", null, false),
        ENVELOPE,
        key == null ? null : new Idempotency(key, receipt));
  }

  private Publishing spoolless() {
    GatewayMetrics counting = new GatewayMetrics(new MetricRegistry());
    return publishing(new Spool(SpoolPolicy.NONE, backplane, System::nanoTime, counting), counting);
  }

  private Publishing publishing(Spool keeping, GatewayMetrics counting) {
    return new Publishing(
        HistoryPolicy.everywhere(Retention.DEFAULT),
        keeping,
        backplane,
        System::nanoTime,
        counting);
  }

  private static Appended done(CompletionStage<Appended> stage) {
    return stage.toCompletableFuture().join();
  }
}
