package io.velonx.gateway.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.UserStatus;
import io.velonx.gateway.testing.ManualScheduler;
import io.velonx.gateway.testing.RecordingBackplane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PresenceTest {
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final ChannelName ROOM = ChannelName.room("a");
  private static final Principal ANNA = new Principal("anna", "Anna", "/a.png", null);
  private static final Principal BERT = new Principal("bert", null, null, null);

  private final RecordingBackplane backplane = new RecordingBackplane();
  private final ManualScheduler time = new ManualScheduler();
  private final Presence presence =
      new Presence(backplane, time.executor(), time::nanoTime, GRACE, 10);

  @Test
  void firstConnectionGoesOnlineAndLastGoesOffline() {
    presence.connected(ANNA);
    presence.connected(ANNA);
    time.run();
    assertEquals(List.of("join everyone anna"), backplane.takeCalls());
    presence.disconnected(ANNA, false, List.of());
    time.run();
    assertEquals(List.of(), backplane.takeCalls());
    presence.disconnected(ANNA, false, List.of());
    time.run();
    assertEquals(List.of("leave everyone anna"), backplane.takeCalls());
    assertEquals(0, presence.size());
  }

  @Test
  void joiningIsAnnouncedAfterTheTopicIsHeardAndTheSetIsTrue() {
    presence.subscribed(ROOM, ANNA);
    time.run();
    assertEquals(
        List.of(
            "subscribe room:a",
            "join room:a anna",
            "publish room:a {\"type\":\"USER_JOINED\",\"payload\":{\"userId\":\"anna\","
                + "\"userName\":\"Anna\",\"userImage\":\"/a.png\",\"roomId\":\"a\"}}"),
        backplane.takeCalls());
  }

  @Test
  void topicThatComesTooLateJoinsNobodyWhoHasLeft() {
    backplane.topic = new CompletableFuture<>();
    presence.subscribed(ROOM, ANNA);
    time.advance(Duration.ofSeconds(7));
    presence.unsubscribed(ROOM, ANNA);
    time.advance(Duration.ofSeconds(7));
    assertEquals(0, presence.size());
    backplane.takeCalls();
    backplane.topic.complete(null);
    time.run();
    assertEquals(List.of(), backplane.takeCalls());
  }

  @Test
  void answerFromBeforeALapseConfirmsNothing() {
    backplane.hold = true;
    presence.connected(ANNA);
    time.run();
    presence.lapsed();
    time.run();
    backplane.takeCalls();
    backplane.answerHeld();
    time.run();
    assertEquals(List.of("join everyone anna"), backplane.takeCalls());
  }

  @Test
  void userWithoutANameIsAnnouncedByHisId() {
    presence.subscribed(ChannelName.group("g"), BERT);
    time.run();
    assertTrue(backplane.takeCalls().get(2).contains("\"userName\":\"bert\",\"groupId\":\"g\""));
  }

  @Test
  void userAlreadyCountedInByAnotherNodeIsNotAnnounced() {
    backplane.first = false;
    backplane.last = false;
    presence.subscribed(ROOM, ANNA);
    time.run();
    presence.unsubscribed(ROOM, ANNA);
    time.run();
    assertEquals(
        List.of("subscribe room:a", "join room:a anna", "leave room:a anna"),
        backplane.takeCalls());
  }

  @Test
  void unsubscribingIsAnnouncedAtOnce() {
    presence.subscribed(ROOM, ANNA);
    time.run();
    backplane.takeCalls();
    presence.unsubscribed(ROOM, ANNA);
    time.run();
    assertEquals(
        List.of(
            "leave room:a anna",
            "publish room:a {\"type\":\"USER_LEFT\",\"payload\":{\"userId\":\"anna\",\"roomId\":\"a\"}}"),
        backplane.takeCalls());
  }

  @Test
  void pageThatReopensWithinTheGraceCausesNoLeftAndJoinedPair() {
    presence.subscribed(ROOM, ANNA);
    time.run();
    backplane.takeCalls();
    presence.disconnected(ANNA, false, List.of(ROOM));
    time.advance(GRACE.minusMillis(100));
    presence.subscribed(ROOM, ANNA);
    time.advance(GRACE.multipliedBy(2));
    assertEquals(List.of(), backplane.takeCalls());
  }

  @Test
  void lostConnectionLeavesTheChannelAfterTheGrace() {
    presence.subscribed(ROOM, ANNA);
    time.run();
    backplane.takeCalls();
    presence.disconnected(ANNA, false, List.of(ROOM));
    time.advance(GRACE.minusMillis(100));
    assertEquals(List.of(), backplane.takeCalls());
    time.advance(Duration.ofMillis(200));
    assertEquals("leave room:a anna", backplane.takeCalls().get(0));
    assertEquals(0, presence.size());
  }

  @Test
  void nobodyIsAnnouncedInACrowd() {
    backplane.size = 11;
    presence.subscribed(ROOM, ANNA);
    time.run();
    presence.unsubscribed(ROOM, ANNA);
    time.run();
    assertEquals(
        List.of("subscribe room:a", "join room:a anna", "leave room:a anna"),
        backplane.takeCalls());
  }

  @Test
  void failedStepIsTriedAgainUntilItSucceeds() {
    backplane.unavailable = true;
    presence.connected(ANNA);
    time.advance(Duration.ofMillis(2_500));
    assertEquals(
        List.of("join everyone anna", "join everyone anna", "join everyone anna"),
        backplane.takeCalls());
    backplane.unavailable = false;
    time.advance(Duration.ofSeconds(3));
    assertEquals(List.of("join everyone anna"), backplane.takeCalls());
  }

  @Test
  void userWhoseJoinFailedIsTakenOutAllTheSame() {
    backplane.unavailable = true;
    presence.connected(ANNA);
    time.run();
    presence.disconnected(ANNA, false, List.of());
    backplane.unavailable = false;
    time.advance(Duration.ofSeconds(2));
    assertEquals(List.of("join everyone anna", "leave everyone anna"), backplane.takeCalls());
    assertEquals(0, presence.size());
  }

  @Test
  void changeDuringAStepIsFollowedByTheOppositeStep() {
    backplane.hold = true;
    presence.connected(ANNA);
    time.run();
    presence.disconnected(ANNA, false, List.of());
    time.run();
    assertEquals(List.of("join everyone anna"), backplane.takeCalls());
    backplane.answerHeld();
    time.run();
    assertEquals(List.of("leave everyone anna"), backplane.takeCalls());
  }

  @Test
  void lapseMakesEverybodyJoinAgain() {
    presence.connected(ANNA);
    presence.connected(BERT);
    time.run();
    backplane.takeCalls();
    presence.lapsed();
    time.run();
    List<String> calls = new ArrayList<>(backplane.takeCalls());
    calls.sort(null);
    assertEquals(List.of("join everyone anna", "join everyone bert"), calls);
  }

  @Test
  void everybodyJoinsOnceMoreWithinAMinuteInCaseABackEndTookHimOut() {
    presence.start();
    presence.connected(ANNA);
    presence.connected(BERT);
    time.run();
    backplane.takeCalls();
    time.advance(Duration.ofSeconds(2));
    assertEquals(
        Set.of("join everyone anna", "join everyone bert"), Set.copyOf(backplane.takeCalls()));
    time.advance(Duration.ofSeconds(50));
    assertEquals(List.of(), backplane.takeCalls());
  }

  @Test
  void usersOfADeadNodeAreAnnouncedAsLeft() {
    presence.reaped(Audience.of(ROOM), List.of("anna", "bert"));
    presence.reaped(Audience.EVERYONE, List.of("anna", "bert"));
    assertEquals(2, backplane.takeCalls().size());
  }

  @Test
  void userIsAwayWhenAllHisConnectionsAre() {
    presence.connected(ANNA);
    presence.connected(ANNA);
    time.advance(Duration.ofSeconds(2));
    backplane.takeCalls();
    presence.status(ANNA, true);
    time.advance(Duration.ofSeconds(2));
    assertEquals(List.of(), backplane.takeCalls());
    presence.status(ANNA, true);
    time.advance(Duration.ofSeconds(2));
    assertEquals(List.of("join everyone anna away"), backplane.takeCalls());
    presence.connected(ANNA);
    time.advance(Duration.ofSeconds(2));
    assertEquals(List.of("join everyone anna"), backplane.takeCalls());
    presence.disconnected(ANNA, false, List.of());
    time.advance(Duration.ofSeconds(2));
    assertEquals(List.of("join everyone anna away"), backplane.takeCalls());
    presence.disconnected(ANNA, true, List.of());
    presence.disconnected(ANNA, true, List.of());
    time.advance(Duration.ofSeconds(2));
    assertEquals(List.of("leave everyone anna"), backplane.takeCalls());
  }

  @Test
  void statusIsPassedOnOnceASecondHoweverOftenItChanges() {
    presence.connected(ANNA);
    time.advance(Duration.ofSeconds(2));
    backplane.takeCalls();
    for (int i = 0; i < 100; i++) {
      presence.status(ANNA, i % 2 == 0);
      time.run();
    }
    assertEquals(List.of("join everyone anna away"), backplane.takeCalls());
    time.advance(Duration.ofSeconds(2));
    assertEquals(List.of("join everyone anna"), backplane.takeCalls());
  }

  @Test
  void lapseMakesWhoIsAwayJoinAsAway() {
    presence.connected(ANNA);
    time.run();
    presence.status(ANNA, true);
    time.advance(Duration.ofSeconds(2));
    backplane.takeCalls();
    presence.lapsed();
    time.run();
    assertEquals(List.of("join everyone anna away"), backplane.takeCalls());
  }

  @Test
  void statusThatChangedDuringAStepIsToldAfterIt() {
    backplane.hold = true;
    presence.connected(ANNA);
    time.run();
    presence.status(ANNA, true);
    time.advance(Duration.ofSeconds(2));
    backplane.takeCalls();
    backplane.answerHeld();
    time.run();
    assertEquals(List.of("join everyone anna away"), backplane.takeCalls());
  }

  @Test
  void changeForAllNodesIsToldToThoseTheUserIsOn() {
    presence.connected(ANNA);
    time.run();
    backplane.takeCalls();
    backplane.status = UserStatus.AWAY;
    presence.status(ANNA, true);
    time.run();
    assertEquals(
        List.of("join everyone anna away", "publishToUser anna =away"), backplane.takeCalls());
    assertEquals(UserStatus.AWAY, Presence.statusIn("=away"));
    assertNull(Presence.statusIn(""));
    assertNull(Presence.statusIn("=else"));
  }

  @Test
  void statusIsAnnouncedOnceInEachChannelAndNotInACrowd() {
    presence.connected(ANNA);
    presence.subscribed(ROOM, ANNA);
    time.run();
    backplane.takeCalls();
    ChannelName elsewhere = ChannelName.group("g");
    presence.statusChanged("anna", UserStatus.AWAY, List.of(ROOM));
    presence.statusChanged("anna", UserStatus.AWAY, List.of(ROOM, elsewhere));
    presence.statusChanged("bert", UserStatus.AWAY, List.of(ROOM));
    time.run();
    assertEquals(
        List.of(
            "publish room:a {\"type\":\"USER_STATUS\",\"payload\":"
                + "{\"userId\":\"anna\",\"status\":\"away\",\"roomId\":\"a\"}}"),
        backplane.takeCalls());
    backplane.size = 11;
    presence.lapsed();
    time.run();
    backplane.takeCalls();
    presence.statusChanged("anna", UserStatus.ACTIVE, List.of(ROOM));
    time.run();
    assertEquals(List.of(), backplane.takeCalls());
  }

  @Test
  void leaveAllTakesEverybodyOutAndSaysWhenItIsDone() {
    presence.connected(ANNA);
    presence.subscribed(ROOM, ANNA);
    time.run();
    backplane.takeCalls();
    backplane.hold = true;
    CompletableFuture<Void> done = presence.leaveAll().toCompletableFuture();
    time.run();
    assertFalse(done.isDone());
    backplane.answerHeld();
    time.run();
    assertTrue(done.isDone());
  }

  @Test
  void stepsUnderWayAreBounded() {
    backplane.hold = true;
    for (int i = 0; i < 1000; i++) {
      presence.connected(new Principal("u" + i, null, null, null));
    }
    time.run();
    assertEquals(256, backplane.takeCalls().size());
    for (int i = 0; i < 4; i++) {
      backplane.answerHeld();
      time.run();
    }
    assertEquals(1000 - 256, backplane.takeCalls().size());
  }

  @Test
  void whateverHappensTheEndIsEmpty() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<Principal> users = List.of(ANNA, BERT);
    int[] open = new int[users.size()];
    for (int step = 0; step < 5_000; step++) {
      int user = random.nextInt(users.size());
      switch (random.nextInt(6)) {
        case 0 -> {
          presence.subscribed(ROOM, users.get(user));
          open[user]++;
        }
        case 1 -> {
          if (open[user] > 0) {
            presence.unsubscribed(ROOM, users.get(user));
            open[user]--;
          }
        }
        case 2 -> backplane.unavailable = random.nextBoolean();
        case 3 -> backplane.hold = random.nextBoolean();
        case 4 -> backplane.answerHeld();
        default -> time.advance(Duration.ofMillis(random.nextInt(3_000)));
      }
    }
    for (int user = 0; user < users.size(); user++) {
      for (; open[user] > 0; open[user]--) {
        presence.unsubscribed(ROOM, users.get(user));
      }
    }
    backplane.unavailable = false;
    backplane.hold = false;
    time.run();
    backplane.answerHeld();
    time.advance(Duration.ofSeconds(20));
    assertEquals(0, presence.size(), "seed " + seed);
  }
}
