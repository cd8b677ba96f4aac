package io.velonx.gateway.backplane;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.backplane.Backplane.Joined;
import io.velonx.gateway.backplane.Backplane.Left;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.limit.UserCap;
import io.velonx.gateway.limit.UserCap.WhenFull;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.Homes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
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
  void userPublicationGoesWhereTheUserIsConnected() {
    assertEquals(0, get(backplane.publishToUser("ada", bytes("nobody"))));
    get(backplane.join(Audience.EVERYONE, "ada"));
    assertEquals(1, get(backplane.publishToUser("ada", bytes("hello"))));
    await().until(() -> listener.userTexts("ada").equals(List.of("hello")));
    get(backplane.leave(Audience.EVERYONE, "ada"));
    assertEquals(0, get(backplane.publishToUser("ada", bytes("gone"))));
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
  void probeComesBack() {
    get(backplane.probe());
  }

  @Test
  void callsAfterShutdownFail() {
    get(backplane.shutdown());
    assertFalse(backplane.health().isHealthy());
    assertUnavailable(backplane.publish(ROOM, bytes("late")));
    assertUnavailable(backplane.publishToUser("ada", bytes("late")));
    assertUnavailable(backplane.subscribe(ROOM));
    assertUnavailable(backplane.join(Audience.EVERYONE, "ada"));
    assertUnavailable(backplane.leave(Audience.EVERYONE, "ada"));
    assertUnavailable(backplane.startTyping(ROOM, "ada", bytes("late")));
    assertUnavailable(backplane.stopTyping(ROOM, "ada", bytes("late")));
    assertUnavailable(backplane.admit("ada", 1, UserCap.NONE));
    assertUnavailable(backplane.charge("ada", "chat", new Rate(1, 1)));
    backplane.release("ada", 1);
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
