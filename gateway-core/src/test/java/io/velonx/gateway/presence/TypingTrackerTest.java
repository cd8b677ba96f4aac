package io.velonx.gateway.presence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.ManualScheduler;
import io.velonx.gateway.testing.RecordingBackplane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TypingTrackerTest {
  private static final ChannelName ROOM = ChannelName.room("a");
  private static final Principal ANNA = new Principal("anna", "Anna", null, null);

  private final RecordingBackplane backplane = new RecordingBackplane();
  private final ManualScheduler time = new ManualScheduler();
  private final List<String> heardHere = new ArrayList<>();
  private final TypingTracker typing =
      new TypingTracker(
          backplane,
          (channel, envelope) -> heardHere.add(new String(envelope, UTF_8)),
          time.executor(),
          time::nanoTime);

  @Test
  void typingAndStoppingArePublishedAtOnce() {
    typing.typing(ROOM, ANNA, 1, true);
    typing.typing(ROOM, ANNA, 1, false);
    time.run();
    assertEquals(
        List.of("startTyping room:a anna", "stopTyping room:a anna"), backplane.takeCalls());
  }

  @Test
  void withoutTheBackplaneThisNodeHearsIt() {
    backplane.unavailable = true;
    typing.typing(ROOM, ANNA, 1, true);
    typing.typing(ROOM, ANNA, 1, false);
    time.run();
    assertEquals(List.of(), backplane.takeCalls());
    assertEquals(2, heardHere.size());
    assertTrue(heardHere.get(0).contains("\"isTyping\":true"), heardHere.get(0));
    assertTrue(heardHere.get(1).contains("\"isTyping\":false"), heardHere.get(1));
  }

  @Test
  void stoppingWithoutHavingTypedSaysNothing() {
    typing.typing(ROOM, ANNA, 1, false);
    time.run();
    assertEquals(List.of(), backplane.takeCalls());
  }

  @Test
  void moreThanOneWordASecondIsConflated() {
    for (int i = 0; i < 30; i++) {
      typing.typing(ROOM, ANNA, 1, true);
      time.advance(Duration.ofMillis(100));
    }
    // At 0, 1, 2 and 3 s.
    assertEquals(4, backplane.takeCalls().size());
  }

  @Test
  void lastWordCountsAfterAFlood() {
    typing.typing(ROOM, ANNA, 1, true);
    typing.typing(ROOM, ANNA, 1, false);
    typing.typing(ROOM, ANNA, 1, true);
    time.run();
    assertEquals(
        List.of("startTyping room:a anna", "stopTyping room:a anna"), backplane.takeCalls());
    time.advance(Duration.ofMillis(1_250));
    assertEquals(List.of("startTyping room:a anna"), backplane.takeCalls());
  }

  @Test
  void whoSaysNothingForFiveSecondsHasStopped() {
    typing.typing(ROOM, ANNA, 1, true);
    time.advance(Duration.ofMillis(4_900));
    assertEquals(List.of("startTyping room:a anna"), backplane.takeCalls());
    time.advance(Duration.ofMillis(400));
    assertEquals(List.of("stopTyping room:a anna"), backplane.takeCalls());
    assertEquals(0, typing.size());
  }

  @Test
  void losingTheConnectionTypedOnStops() {
    typing.typing(ROOM, ANNA, 1, true);
    typing.left(List.of(ROOM), ANNA, 2);
    time.run();
    assertEquals(List.of("startTyping room:a anna"), backplane.takeCalls());
    typing.left(List.of(ROOM), ANNA, 1);
    time.run();
    assertEquals(List.of("stopTyping room:a anna"), backplane.takeCalls());
  }

  @Test
  void nothingIsRememberedAfterwards() {
    typing.typing(ROOM, ANNA, 1, true);
    typing.typing(ROOM, ANNA, 1, false);
    time.advance(Duration.ofSeconds(2));
    assertEquals(0, typing.size());
  }
}
