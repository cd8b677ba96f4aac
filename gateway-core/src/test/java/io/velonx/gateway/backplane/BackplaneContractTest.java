package io.velonx.gateway.backplane;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.auth.Revocation;
import io.velonx.gateway.backplane.Backplane.Joined;
import io.velonx.gateway.backplane.Backplane.Left;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.limit.UserCap;
import io.velonx.gateway.limit.UserCap.WhenFull;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.OnlineUser;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.protocol.UserStatus;
import io.velonx.gateway.testing.Homes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every backplane does, whatever it is made of. */
@Timeout(60)
public abstract class BackplaneContractTest {
  protected static final ChannelName ROOM = ChannelName.room("1");
  protected static final ChannelName GROUP = ChannelName.group("1");

  private static final LogKey LOG = LogKey.of(ROOM);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Retention KEEP = new Retention(1_000, HOUR);
  private static final String ENVELOPE = "{\"type\":\"CHAT_MESSAGE\"}";

  protected final RecordingListener listener = new RecordingListener();
  private Backplane backplane;

  /** A backplane that nobody has started, with nothing in it. */
  protected abstract Backplane create();

  @BeforeEach
  void startBackplane() {
    backplane = create();
    backplane.start(listener, Homes.next());
    await().until(() -> backplane.health().isHealthy());
  }

  @AfterEach
  void endBackplane() {
    backplane.close();
  }

  @Test
  void publicationComesBackToTheNodeThatMadeIt() {
    subscribe(ROOM);
    get(backplane.publish(ROOM, bytes("hello")));
    await().until(() -> listener.texts(ROOM).equals(List.of("hello")));
  }

  @Test
  void whomAUserBlocksIsKeptReplacedAndToldToNodes() {
    assertEquals(Set.of(), get(backplane.blocked("anna")));
    get(backplane.block("anna", Set.of("bert", "cleo")));
    assertEquals(Set.of("bert", "cleo"), get(backplane.blocked("anna")));
    assertEquals(Set.of(), get(backplane.blocked("bert")));
    get(backplane.block("anna", Set.of("dora")));
    assertEquals(Set.of("dora"), get(backplane.blocked("anna")));
    get(backplane.block("anna", Set.of()));
    assertEquals(Set.of(), get(backplane.blocked("anna")));
    await().until(() -> listener.blocksChanged().equals(List.of("anna", "anna", "anna")));
  }

  @Test
  void publicationReachesOnlyItsChannel() {
    subscribe(ROOM);
    subscribe(GROUP);
    get(backplane.publish(ROOM, bytes("room")));
    get(backplane.publish(GROUP, bytes("group")));
    await().until(() -> listener.texts(GROUP).equals(List.of("group")));
    assertEquals(List.of("room"), listener.texts(ROOM));
  }

  @Test
  void octetsArriveAsTheyWerePublished() {
    subscribe(ROOM);
    byte[] octets = new byte[256];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) i;
    }
    get(backplane.publish(ROOM, octets));
    await().until(() -> listener.publications(ROOM).size() == 1);
    assertArrayEquals(octets, listener.publications(ROOM).get(0));
  }

  @Test
  void publicationsOfOneThreadKeepTheirOrderAndNoneOverlap() throws Exception {
    subscribe(ROOM);
    int threads = 4;
    int each = 500;
    List<Thread> publishers = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      String name = "p" + t + "-";
      publishers.add(new Thread(() -> publishAll(name, each)));
    }
    publishers.forEach(Thread::start);
    for (Thread publisher : publishers) {
      publisher.join();
    }
    await().until(() -> listener.texts(ROOM).size() == threads * each);
    List<String> texts = listener.texts(ROOM);
    for (int t = 0; t < threads; t++) {
      String name = "p" + t + "-";
      List<String> own = texts.stream().filter(text -> text.startsWith(name)).toList();
      for (int i = 0; i < each; i++) {
        assertEquals(name + i, own.get(i));
      }
    }
    assertEquals(0, listener.overlaps());
  }

  @Test
  void channelWithoutSubscribersIsNotDelivered() {
    subscribe(ROOM);
    subscribe(GROUP);
    listener.remove(ROOM);
    backplane.unsubscribe(ROOM);
    get(backplane.publish(ROOM, bytes("nobody")));
    get(backplane.publish(GROUP, bytes("last")));
    await().until(() -> listener.texts(GROUP).size() == 1);
    assertEquals(List.of(), listener.texts(ROOM));
  }

  @Test
  void lateUnsubscribeDoesNotDeafenANewSubscriber() {
    subscribe(ROOM);
    // The last subscriber left and another came before anybody told the backplane.
    backplane.unsubscribe(ROOM);
    get(backplane.publish(ROOM, bytes("still here")));
    await().until(() -> listener.texts(ROOM).equals(List.of("still here")));
  }

  @Test
  void channelCanBeSubscribedAgain() {
    subscribe(ROOM);
    listener.remove(ROOM);
    backplane.unsubscribe(ROOM);
    subscribe(ROOM);
    get(backplane.publish(ROOM, bytes("again")));
    await().until(() -> listener.texts(ROOM).equals(List.of("again")));
  }

  @Test
  void listenerMayPublishFromInsideACall() {
    subscribe(ROOM);
    subscribe(GROUP);
    AtomicBoolean answered = new AtomicBoolean();
    listener.onEach(
        channel -> {
          if (channel.equals(ROOM) && answered.compareAndSet(false, true)) {
            backplane.publish(ROOM, bytes("answer"));
            backplane.publish(GROUP, bytes("copy"));
          }
        });
    get(backplane.publish(ROOM, bytes("question")));
    await().until(() -> listener.texts(ROOM).equals(List.of("question", "answer")));
    await().until(() -> listener.texts(GROUP).equals(List.of("copy")));
    assertEquals(0, listener.overlaps());
  }

  @Test
  void failingListenerStillGetsTheNextPublication() {
    subscribe(ROOM);
    listener.onEach(
        channel -> {
          if (listener.texts(ROOM).size() == 1) {
            throw new ProvokedException();
          }
        });
    get(backplane.publish(ROOM, bytes("one")));
    get(backplane.publish(ROOM, bytes("two")));
    await().until(() -> listener.texts(ROOM).equals(List.of("one", "two")));
  }

  @Test
  void appendedEnvelopeIsNumberedKeptAndPublishedInOneStep() {
    subscribe(ROOM);
    Position first = place(append("{\"type\":\"A\"} "));
    Position second = place(append("{\"type\":\"B\"}"));
    assertEquals(1, first.offset());
    assertEquals(new Position(first.epoch(), 2), second);
    List<String> expected =
        List.of(
            "{\"type\":\"A\",\"offset\":1,\"epoch\":\"" + first.epoch() + "\"}",
            "{\"type\":\"B\",\"offset\":2,\"epoch\":\"" + first.epoch() + "\"}");
    await().until(() -> listener.texts(ROOM).equals(expected));
    LogSlice all = read(0, 10);
    assertEquals(expected, texts(all));
    assertEquals(second, all.end());
    assertEquals(1, all.first());
    assertEquals(1, all.oldest());
  }

  @Test
  void whoSeesAPublicationCanReadIt() {
    subscribe(ROOM);
    List<Long> tips = new CopyOnWriteArrayList<>();
    listener.onEach(
        channel -> backplane.read(LOG, 0, 0, null).thenAccept(slice -> tips.add(slice.tip())));
    for (int i = 1; i <= 5; i++) {
      append(ENVELOPE);
      int seen = i;
      await().until(() -> tips.size() == seen);
      assertEquals(i, tips.get(i - 1));
    }
  }

  @Test
  void logThatDoesNotExistBeginsWithTheFirstLook() {
    LogSlice look = read(0, 10);
    assertEquals(0, look.tip());
    assertEquals(List.of(), texts(look));
    assertEquals(new Position(look.epoch(), 1), place(append(ENVELOPE)));
    assertEquals(look.epoch(), read(0, 0).epoch());
  }

  @Test
  void readingReturnsWhatFollowsInOrderAndNoMoreThanAsked() {
    for (int i = 0; i < 10; i++) {
      append(ENVELOPE);
    }
    LogSlice middle = read(4, 3);
    assertEquals(5, middle.first());
    assertEquals(3, middle.entries().size());
    assertEquals(10, middle.tip());
    for (int i = 0; i < 3; i++) {
      assertTrue(texts(middle).get(i).contains("\"offset\":" + (5 + i) + ","));
    }
    assertEquals(List.of(), texts(read(10, 3)));
    assertEquals(List.of(), texts(read(99, 3)));
    assertEquals(10, read(99, 3).tip());
    assertEquals(List.of(), texts(read(4, 0)));
    assertEquals(9, read(-2, 5).first());
    assertEquals(2, read(-2, 5).entries().size());
    assertEquals(1, read(-100, 1).first());
  }

  @Test
  void onlyTheNewestAreKept() {
    for (int i = 0; i < 10; i++) {
      get(backplane.append(LOG, bytes(ENVELOPE), new Retention(3, HOUR), null));
    }
    LogSlice all = read(0, 100);
    assertEquals(8, all.oldest());
    assertEquals(8, all.first());
    assertEquals(3, all.entries().size());
    assertEquals(10, all.tip());
  }

  @Test
  void entriesAreForgottenWithAgeAndOffsetsGoOn() {
    Retention shortly = new Retention(10, Duration.ofMillis(200));
    get(backplane.append(LOG, bytes(ENVELOPE), shortly, null));
    get(backplane.append(LOG, bytes(ENVELOPE), shortly, null));
    await().until(() -> read(0, 10).entries().isEmpty());
    LogSlice nothing = read(0, 10);
    assertEquals(2, nothing.tip());
    assertEquals(3, nothing.oldest());
    assertEquals(new Position(nothing.epoch(), 3), place(append(ENVELOPE)));
    assertEquals(3, read(0, 10).first());
  }

  @Test
  void oldEntriesOfABusyLogAreForgottenToo() {
    get(backplane.append(LOG, bytes(ENVELOPE), new Retention(10, Duration.ofMillis(50)), null));
    append(ENVELOPE);
    await().until(() -> read(0, 10).oldest() == 2);
    assertEquals(1, read(0, 10).entries().size());
  }

  @Test
  void repeatedAppendIsToldOfTheFirstAndPublishedOnce() {
    subscribe(ROOM);
    Appended first = get(appendAs("key", "first receipt"));
    assertEquals(new Appended(place(first), false, "first receipt"), first);
    append(ENVELOPE);
    Appended again = get(appendAs("key", "second receipt"));
    assertEquals(new Appended(place(first), true, "first receipt"), again);
    assertEquals(3, place(get(appendAs("other", ""))).offset());
    await().until(() -> listener.texts(ROOM).size() == 3);
    assertEquals(3, read(0, 10).entries().size());
  }

  @Test
  void repeatedAppendToALogThatKeepsNothingIsPublishedOnce() {
    subscribe(ROOM);
    Idempotency key = new Idempotency("key", "receipt {} 1 ");
    Appended first = get(backplane.append(LOG, bytes("as it is"), Retention.NONE, key));
    assertEquals(new Appended(null, false, "receipt {} 1 "), first);
    Appended again = get(backplane.append(LOG, bytes("as it is"), Retention.NONE, key));
    assertEquals(new Appended(null, true, "receipt {} 1 "), again);
    get(backplane.append(LOG, bytes("last"), Retention.NONE, null));
    await().until(() -> listener.texts(ROOM).equals(List.of("as it is", "last")));
    assertEquals(0, read(0, 10).tip());
  }

  @Test
  void logsAreApart() {
    append(ENVELOPE);
    LogKey other = LogKey.of(GROUP);
    assertEquals(0, get(backplane.read(other, 0, 10, null)).tip());
    Appended there =
        get(backplane.append(other, bytes(ENVELOPE), KEEP, new Idempotency("key", "")));
    assertEquals(1, place(there).offset());
    assertFalse(get(appendAs("key", "")).repeated());
  }

  @Test
  void logWithoutAChannelIsKeptAndPublishedNowhere() {
    subscribe(ROOM);
    LogKey inbox = new LogKey("user:ada", null);
    get(backplane.append(inbox, bytes(ENVELOPE), KEEP, null));
    append(ENVELOPE);
    await().until(() -> listener.texts(ROOM).size() == 1);
    assertEquals(1, get(backplane.read(inbox, 0, 10, null)).entries().size());
  }

  @Test
  void newReaderOfALogHasNothing() {
    Bookmark before = mark("reader", 0);
    assertEquals(new Bookmark(new Position(before.position().epoch(), 0), false), before);
    Position first = place(append(ENVELOPE));
    assertEquals(before.position().epoch(), first.epoch());
    assertEquals(before, mark("reader", 0));
    assertEquals(0, mark("other", 0).position().offset());
    assertEquals(1, read(0, 10).entries().size());
  }

  @Test
  void placeOfAReaderIsKeptAndNeitherGoesBackNorBeyondTheNewest() {
    for (int i = 0; i < 5; i++) {
      append(ENVELOPE);
    }
    assertEquals(3, mark("reader", 3).position().offset());
    assertEquals(3, mark("reader", 2).position().offset());
    assertEquals(3, mark("reader", 0).position().offset());
    assertEquals(5, mark("reader", 99).position().offset());
  }

  @Test
  void entriesAreForgottenWhenEveryReaderHasThem() {
    for (int i = 0; i < 5; i++) {
      append(ENVELOPE);
    }
    mark("slow", 0);
    mark("fast", 4);
    assertEquals(1, read(0, 10).oldest());
    mark("slow", 2);
    assertEquals(3, read(0, 10).oldest());
    assertEquals(3, read(0, 10).first());
    assertEquals(2, mark("newcomer", 0).position().offset());
    mark("slow", 5);
    mark("fast", 5);
    assertEquals(3, read(0, 10).oldest());
    mark("newcomer", 5);
    assertEquals(List.of(), texts(read(0, 10)));
    assertEquals(6, place(append(ENVELOPE)).offset());
    assertEquals(6, read(0, 10).first());
  }

  @Test
  void placeInAnotherEpochIsSaidToBeLost() {
    append(ENVELOPE);
    Bookmark lost = get(backplane.mark(LOG, "reader", new Position("another", 1)));
    assertTrue(lost.lost());
    assertEquals(new Position(read(0, 0).epoch(), 0), lost.position());
    assertFalse(mark("reader", 0).lost());
  }

  @Test
  void whoSawMoreThanTheLogHasIsToldSo() {
    append(ENVELOPE);
    assertFalse(mark("reader", 1).lost());
    Bookmark ahead = mark("reader", 2);
    assertTrue(ahead.lost());
    assertEquals(1, ahead.position().offset());
  }

  @Test
  void whosePlaceWasForgottenIsToldWhatItMissed() {
    append(ENVELOPE);
    append(ENVELOPE);
    mark("other", 2);
    assertTrue(mark("reader", 1).lost());
    assertEquals(2, mark("reader", 0).position().offset());
    assertFalse(mark("newcomer", 2).lost());
  }

  @Test
  void ofTooManyReadersTheOneNotSeenForLongestIsForgotten() {
    append(ENVELOPE);
    mark("eldest", 0);
    for (int i = 1; i < Bookmark.MAX_READERS; i++) {
      mark("reader" + i, 1);
    }
    assertEquals(1, read(0, 10).oldest());
    mark("last", 1);
    mark("last", 1);
    assertEquals(2, read(0, 10).oldest());
  }

  @Test
  void appendsAndPublicationsOfOneThreadKeepTheirOrder() {
    subscribe(ROOM);
    for (int i = 0; i < 100; i++) {
      backplane.append(LOG, bytes("{\"n\":\"" + 2 * i + ".\"}"), KEEP, null);
      backplane.publish(ROOM, bytes("{\"n\":\"" + (2 * i + 1) + ".\"}"));
    }
    await().until(() -> listener.texts(ROOM).size() == 200);
    for (int i = 0; i < 200; i++) {
      String text = listener.texts(ROOM).get(i);
      assertTrue(text.contains("\"" + i + ".\""), text);
    }
  }

  @Test
  void appendsOfManyThreadsAreNumberedInTheOrderTheyArePublished() throws Exception {
    subscribe(ROOM);
    List<Thread> publishers = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      publishers.add(
          new Thread(
              () -> {
                for (int i = 0; i < 250; i++) {
                  backplane.append(LOG, bytes(ENVELOPE), KEEP, null);
                }
              }));
    }
    publishers.forEach(Thread::start);
    for (Thread publisher : publishers) {
      publisher.join();
    }
    await().until(() -> listener.texts(ROOM).size() == 1_000);
    List<String> texts = listener.texts(ROOM);
    for (int i = 0; i < 1_000; i++) {
      assertTrue(texts.get(i).contains("\"offset\":" + (i + 1) + ","), texts.get(i));
    }
    assertEquals(0, listener.overlaps());
  }

  @Test
  void firstJoinAndLastLeaveAreTold() {
    Audience room = Audience.of(ROOM);
    assertEquals(new Joined(true, 1), get(backplane.join(room, "ada")));
    assertEquals(new Joined(true, 2), get(backplane.join(room, "bob")));
    assertEquals(new Left(true, 1), get(backplane.leave(room, "ada")));
    assertEquals(new Joined(true, 2), get(backplane.join(room, "ada")));
  }

  @Test
  void repeatedJoinsAndLeavesAreHarmless() {
    Audience room = Audience.of(ROOM);
    get(backplane.join(room, "ada"));
    assertEquals(new Joined(false, 1), get(backplane.join(room, "ada")));
    assertEquals(new Left(true, 0), get(backplane.leave(room, "ada")));
    assertEquals(new Left(false, 0), get(backplane.leave(room, "ada")));
  }

  @Test
  void audiencesAreApart() {
    get(backplane.join(Audience.EVERYONE, "ada"));
    assertEquals(new Joined(true, 1), get(backplane.join(Audience.of(ROOM), "ada")));
    assertEquals(new Joined(true, 1), get(backplane.join(Audience.of(GROUP), "ada")));
    assertEquals(new Left(true, 0), get(backplane.leave(Audience.of(ROOM), "ada")));
    assertEquals(new Joined(false, 1), get(backplane.join(Audience.EVERYONE, "ada")));
  }

  @Test
  void whoIsOnlineIsToldWithNameAndStatus() {
    Audience room = Audience.of(ROOM);
    assertEquals(new Online(List.of(), 0), get(backplane.online(room, 10)));
    OnlineUser ada = new OnlineUser("ada", "Ada \u00e9", UserStatus.ACTIVE);
    OnlineUser bob = new OnlineUser("bob", "bob", UserStatus.AWAY);
    get(backplane.appear(ada));
    get(backplane.appear(bob));
    for (String user : List.of("ada", "bob", "guest")) {
      get(backplane.join(room, user));
    }
    Online online = get(backplane.online(room, 10));
    assertEquals(3, online.count());
    assertEquals(Set.of(ada, bob, new OnlineUser("guest", null, null)), Set.copyOf(online.users()));
    get(backplane.leave(Audience.EVERYONE, "ada"));
    get(backplane.leave(room, "bob"));
    assertEquals(
        Set.of(new OnlineUser("ada", null, null), new OnlineUser("guest", null, null)),
        Set.copyOf(get(backplane.online(room, 10)).users()));
  }

  @Test
  void ofManyOnlineSomeAreToldAndAllAreCounted() {
    Audience room = Audience.of(ROOM);
    for (int i = 0; i < 10; i++) {
      get(backplane.join(room, "u" + i));
    }
    Online online = get(backplane.online(room, 4));
    assertEquals(10, online.count());
    assertEquals(4, Set.copyOf(online.users()).size());
  }

  @Test
  void changeOfStatusIsToldToWhoBroughtItAbout() {
    OnlineUser active = new OnlineUser("ada", "Ada", UserStatus.ACTIVE);
    OnlineUser away = new OnlineUser("ada", "Ada", UserStatus.AWAY);
    assertEquals(new Joined(true, 1), get(backplane.appear(away)));
    assertEquals(new Joined(false, 1), get(backplane.appear(away)));
    assertEquals(new Joined(false, 1, UserStatus.ACTIVE), get(backplane.appear(active)));
    assertEquals(new Joined(false, 1, UserStatus.AWAY), get(backplane.appear(away)));
    get(backplane.leave(Audience.EVERYONE, "ada"));
    assertEquals(new Joined(true, 1), get(backplane.appear(active)));
  }

  @Test
  void userPublicationGoesWhereTheUserIsConnected() {
    assertEquals(0, get(backplane.publishToUser("ada", bytes("nobody"))));
    get(backplane.join(Audience.EVERYONE, "ada"));
    assertEquals(1, get(backplane.publishToUser("ada", bytes("hello"))));
    await().until(() -> listener.userTexts("ada").equals(List.of("hello")));
    get(backplane.leave(Audience.EVERYONE, "ada"));
    assertEquals(0, get(backplane.publishToUser("ada", bytes("gone"))));
  }

  @Test
  void noteTravelsWithAUserPublicationAndIsNoPartOfIt() {
    get(backplane.join(Audience.EVERYONE, "ada"));
    get(backplane.publishToUser("ada", bytes("{}")));
    get(backplane.publishToUser("ada", "a note: \u00e9", bytes("{1}")));
    get(backplane.publishToUser("ada", "?", new byte[0]));
    await().until(() -> listener.userTexts("ada").equals(List.of("{}", "{1}", "")));
    assertEquals(List.of("", "a note: \u00e9", "?"), listener.notes());
  }

  @Test
  void typingIsPublished() {
    subscribe(ROOM);
    get(backplane.startTyping(ROOM, "ada", bytes("starts")));
    get(backplane.stopTyping(ROOM, "ada", bytes("stops")));
    await().until(() -> listener.texts(ROOM).equals(List.of("starts", "stops")));
  }

  @Test
  void connectionsOfAUserAreCountedAndRefused() {
    UserCap two = new UserCap(2, WhenFull.REJECT);
    assertTrue(get(backplane.admit("ada", 1, two)));
    assertTrue(get(backplane.admit("ada", 2, two)));
    assertTrue(get(backplane.admit("ada", 2, two)), "repeated");
    assertFalse(get(backplane.admit("ada", 3, two)));
    assertTrue(get(backplane.admit("bob", 4, two)));
    backplane.release("ada", 1);
    backplane.release("ada", 1);
    await().until(() -> get(backplane.admit("ada", 3, two)));
    assertFalse(get(backplane.admit("ada", 5, two)));
    assertTrue(get(backplane.admit("ada", 5, UserCap.NONE)));
    assertEquals(List.of(), listener.replaced());
  }

  @Test
  void oldestConnectionsHearThatTheyAreReplaced() {
    UserCap two = new UserCap(2, WhenFull.REPLACE_OLDEST);
    for (int connection = 10; connection >= 7; connection--) {
      assertTrue(get(backplane.admit("ada", connection, two)));
    }
    await().until(() -> listener.replaced().equals(List.of("ada/10", "ada/9")));
  }

  @Test
  void revocationIsToldToTheNodeThatMadeItToo() {
    List<Revocation> made =
        List.of(
            Revocation.ofUser("auth0|ada", 1_700_000_000_000L, Duration.ofDays(10_000)),
            Revocation.ban("ada", 1_700_000_000_000L, Duration.ofDays(10_000)),
            Revocation.ban("ada", 1_700_000_000_000L, Duration.ZERO),
            Revocation.ofSession("s:1", 1_700_000_000_000L, Duration.ofDays(10_000)),
            Revocation.ofToken("t 1", 1_700_000_000_000L, Duration.ofDays(10_000)));
    for (Revocation each : made) {
      get(backplane.revoke(each));
      assertTrue(listener.revoked().contains(each));
    }
  }

  @Test
  void probeComesBack() {
    get(backplane.probe());
  }

  @Test
  void callsAfterShutdownFail() {
    get(backplane.shutdown(Duration.ofSeconds(5)));
    assertFalse(backplane.health().isHealthy());
    assertUnavailable(backplane.publish(ROOM, bytes("late")));
    assertUnavailable(backplane.append(LOG, bytes(ENVELOPE), KEEP, null));
    assertUnavailable(backplane.read(LOG, 0, 1, null));
    assertUnavailable(backplane.mark(LOG, "reader", null));
    assertUnavailable(backplane.publishToUser("ada", bytes("late")));
    assertUnavailable(backplane.subscribe(ROOM));
    assertUnavailable(backplane.join(Audience.EVERYONE, "ada"));
    assertUnavailable(backplane.appear(new OnlineUser("ada", "Ada", UserStatus.ACTIVE)));
    assertUnavailable(backplane.online(Audience.of(ROOM), 1));
    assertUnavailable(backplane.leave(Audience.EVERYONE, "ada"));
    assertUnavailable(backplane.startTyping(ROOM, "ada", bytes("late")));
    assertUnavailable(backplane.stopTyping(ROOM, "ada", bytes("late")));
    assertUnavailable(backplane.admit("ada", 1, UserCap.NONE));
    assertUnavailable(backplane.charge("ada", "chat", new Rate(1, 1)));
    backplane.release("ada", 1);
    assertUnavailable(backplane.revoke(Revocation.ban("ada", 0, HOUR)));
    assertUnavailable(backplane.probe());
  }

  @Test
  void startingTwiceIsABug() {
    assertThrows(IllegalStateException.class, () -> backplane.start(listener, Homes.next()));
  }

  private void publishAll(String name, int count) {
    for (int i = 0; i < count; i++) {
      backplane.publish(ROOM, bytes(name + i));
    }
  }

  private Appended append(String envelope) {
    return get(backplane.append(LOG, bytes(envelope), KEEP, null));
  }

  private CompletionStage<Appended> appendAs(String key, String receipt) {
    return backplane.append(LOG, bytes(ENVELOPE), KEEP, new Idempotency(key, receipt));
  }

  /** 0 only asks. */
  private Bookmark mark(String reader, long offset) {
    Position upTo = offset == 0 ? null : new Position(read(0, 0).epoch(), offset);
    return get(backplane.mark(LOG, reader, upTo));
  }

  private LogSlice read(long after, int limit) {
    return get(backplane.read(LOG, after, limit, null));
  }

  private static Position place(Appended appended) {
    return Objects.requireNonNull(appended.position());
  }

  private static List<String> texts(LogSlice slice) {
    return slice.entries().stream()
        .map(octets -> new String(octets, StandardCharsets.UTF_8))
        .toList();
  }

  private void subscribe(ChannelName channel) {
    listener.add(channel);
    get(backplane.subscribe(channel));
  }

  protected static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  protected static void assertUnavailable(CompletionStage<?> stage) {
    ExecutionException failure =
        assertThrows(
            ExecutionException.class, () -> stage.toCompletableFuture().get(10, TimeUnit.SECONDS));
    assertInstanceOf(BackplaneUnavailableException.class, failure.getCause());
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Without a stack trace, which would fill the log of every build. */
  private static final class ProvokedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ProvokedException() {
      super("provoked by the test", null, false, false);
    }
  }
}
