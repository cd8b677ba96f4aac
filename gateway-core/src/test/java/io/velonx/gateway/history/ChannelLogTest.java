package io.velonx.gateway.history;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.codahale.metrics.MetricRegistry;
import io.velonx.gateway.backplane.BackplaneUnavailableException;
import io.velonx.gateway.backplane.LogSlice;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.history.CatchUp.Failure;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.testing.ManualScheduler;
import io.velonx.gateway.testing.RecordingBackplane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ChannelLogTest {
  private static final ChannelName ROOM = ChannelName.room("a");

  private final RecordingBackplane backplane = new RecordingBackplane();
  private final ManualScheduler scheduler = new ManualScheduler();
  private final GatewayMetrics metrics = new GatewayMetrics(new MetricRegistry());
  private final RecordingOutlet outlet = new RecordingOutlet();
  private final List<CatchUp> answers = new ArrayList<>();
  private final RingBudget budget = new RingBudget(10_000);
  private final ChannelLog log =
      new ChannelLog(
          ROOM,
          Retention.DEFAULT,
          new LogServices(
              backplane, outlet, budget, scheduler.executor(), scheduler::nanoTime, metrics));

  // The log in the backplane.
  private String epoch = "e";
  private long oldest = 1;
  private long tip;

  @Test
  void historyBeforeTheFirstSubscriberIsPromisedToNobody() {
    tip = 7;
    log.catchUp(null, answers::add);
    assertEquals(List.of(), answers);
    answer();
    assertEquals(List.of(new CatchUp(at(7), List.of(), null)), answers);
    accept(8);
    assertEquals(List.of("8"), outlet.taken());
  }

  @Test
  void publicationThatComesDuringTheFirstReadIsGivenOn() {
    tip = 8;
    log.catchUp(null, answers::add);
    accept(8);
    answer();
    assertEquals(List.of("8"), outlet.taken());
    assertEquals(at(8), answers.get(0).position());
  }

  @Test
  void whatCameWithoutAPlaceIsToldItsPlaceAndNotGivenAgain() {
    begin(5);
    log.deliverUnplaced(bytes("{\"n\":1}"), null);
    log.deliverUnplaced(bytes("{\"n\":2}"), null);
    assertEquals(List.of("{\"n\":1}", "{\"n\":2}"), outlet.taken());
    log.accept(at(6), placed("{\"n\":1}", 6));
    log.accept(at(7), placed("{\"n\":3}", 7));
    log.accept(at(8), placed("{\"n\":2}", 8));
    assertEquals(
        List.of(place(6), new String(placed("{\"n\":3}", 7), UTF_8), place(8)), outlet.taken());
  }

  @Test
  void whatCameWithoutAPlaceIsRecognisedWhenItIsReadToo() {
    begin(5);
    log.deliverUnplaced(bytes("{\"n\":1}"), null);
    outlet.taken();
    log.doubt();
    tip = 6;
    answer(new String(placed("{\"n\":1}", 6), UTF_8));
    assertEquals(List.of(place(6)), outlet.taken());
  }

  @Test
  void sameOctetsWithoutAPlaceStandForAsManyWithOne() {
    begin(5);
    log.deliverUnplaced(bytes("{\"n\":1}"), null);
    log.accept(at(6), placed("{\"n\":1}", 6));
    log.accept(at(7), placed("{\"n\":1}", 7));
    assertEquals(
        List.of("{\"n\":1}", place(6), new String(placed("{\"n\":1}", 7), UTF_8)), outlet.taken());
  }

  @Test
  void whoComesBackGetsWhatHasNoPlaceYetAndInItsTurnWhatHas() {
    begin(5);
    accept(6);
    log.deliverUnplaced(bytes("{\"n\":1}"), null);
    log.catchUp(at(5), answers::add);
    assertEquals(List.of("6"), texts(answers.get(0)));
    assertEquals(1, answers.get(0).unplaced().size());
    log.accept(at(7), placed("{\"n\":1}", 7));
    log.catchUp(at(6), answers::add);
    assertEquals(1, answers.get(1).missed().size());
    assertEquals(List.of(), answers.get(1).unplaced());
  }

  @Test
  void whatMayHaveComeWithItsPlaceIsGivenWithoutOnlyIfItSurelyHasNot() {
    begin(5);
    log.accept(at(6), placed("{\"n\":1}", 6));
    outlet.taken();
    log.deliverUnplaced(bytes("{\"n\":1}"), scheduler.nanoTime() - 1);
    assertEquals(List.of(), outlet.taken());
    log.deliverUnplaced(bytes("{\"n\":2}"), scheduler.nanoTime() - 1);
    assertEquals(List.of("{\"n\":2}"), outlet.taken());
    for (int offset = 7; offset <= 100; offset++) {
      log.accept(at(offset), placed("{\"n\":3}", offset));
    }
    outlet.taken();
    log.deliverUnplaced(bytes("{\"n\":4}"), scheduler.nanoTime() - 1);
    assertEquals(List.of(), outlet.taken());
  }

  @Test
  void whatWillNeverHaveAPlaceIsForgotten() {
    begin(5);
    byte[] envelope = bytes("{\"n\":1}");
    log.deliverUnplaced(envelope, null);
    log.forgetUnplaced(envelope);
    assertFalse(log.hasUnplaced());
    outlet.taken();
    log.accept(at(6), placed("{\"n\":1}", 6));
    assertEquals(List.of(new String(placed("{\"n\":1}", 6), UTF_8)), outlet.taken());
  }

  @Test
  void whatNotAllWereGivenWithoutAPlaceIsGivenAgainWithIt() {
    begin(5);
    outlet.full = true;
    log.deliverUnplaced(bytes("{\"n\":1}"), null);
    outlet.full = false;
    log.accept(at(6), placed("{\"n\":1}", 6));
    assertEquals(List.of(new String(placed("{\"n\":1}", 6), UTF_8)), outlet.taken());
  }

  @Test
  void quietChannelThatMissedSomethingIsSubscribedAnew() {
    begin(5);
    scheduler.advance(Duration.ofSeconds(2));
    log.check();
    tip = 6;
    answer();
    assertEquals(List.of("6"), outlet.taken());
    assertEquals(List.of("resubscribe room:a"), backplane.takeCalls());
    assertEquals(1, metrics.topicsDeaf.getCount());
  }

  @Test
  void quietChannelThatMissedNothingIsLeftAlone() {
    begin(5);
    scheduler.advance(Duration.ofSeconds(2));
    log.check();
    answer();
    assertEquals(List.of(), backplane.takeCalls());
  }

  @Test
  void logIsSettledWhenTheReadItWaitsForIsThere() {
    List<String> done = new ArrayList<>();
    begin(5);
    log.settle(() -> done.add("without a doubt"));
    assertEquals(List.of("without a doubt"), done);
    log.doubt();
    log.settle(() -> done.add("with one"));
    assertEquals(1, done.size());
    answer();
    assertEquals(2, done.size());
  }

  @Test
  void repetitionIsDropped() {
    begin(5);
    accept(6);
    accept(6);
    accept(5);
    assertEquals(List.of("6"), outlet.taken());
  }

  @Test
  void gapIsFilledInOrderByOneRead() {
    begin(5);
    accept(8);
    accept(9);
    assertEquals(List.of(), outlet.taken());
    assertEquals(1, backplane.reads.size());
    tip = 9;
    answer();
    accept(10);
    assertEquals(List.of("6", "7", "8", "9", "10"), outlet.taken());
    assertEquals(0, backplane.reads.size());
    assertEquals(1, metrics.historyGaps.getCount());
    assertEquals(0, metrics.historyLost.getCount());
  }

  @Test
  void whatCameAfterTheReadBeganIsReleasedBehindIt() {
    begin(5);
    accept(8);
    tip = 8;
    accept(9);
    accept(10);
    answer();
    assertEquals(List.of("6", "7", "8", "9", "10"), outlet.taken());
  }

  @Test
  void tooManyThatComeEarlyAreReadInstead() {
    begin(5);
    for (int offset = 7; offset <= 600; offset++) {
      accept(offset);
    }
    tip = 600;
    while (!backplane.reads.isEmpty()) {
      answer();
    }
    accept(601);
    List<String> taken = outlet.taken();
    assertEquals(596, taken.size());
    for (int i = 0; i < taken.size(); i++) {
      assertEquals(Integer.toString(6 + i), taken.get(i));
    }
  }

  @Test
  void whatIsForgottenIsToldToTheLetter() {
    begin(5);
    accept(20);
    tip = 20;
    oldest = 18;
    answer();
    assertEquals(List.of(gap("e", "\"from\":6,\"to\":17,"), "18", "19", "20"), outlet.taken());
    assertEquals(1, metrics.historyLost.getCount());
  }

  @Test
  void newEpochIsToldAndReadFromItsBeginning() {
    begin(5);
    epoch = "f";
    tip = 2;
    accept(2);
    answer();
    answer();
    assertEquals(List.of(gap("f", ""), "1", "2"), outlet.taken());
    log.accept(new Position("e", 6), bytes("late"));
    accept(3);
    assertEquals(List.of("3"), outlet.taken());
  }

  @Test
  void offsetThatIsGivenOutTwiceEndsTheEpoch() {
    begin(5);
    accept(6);
    log.accept(at(6), bytes("another six"));
    assertTrue(backplane.calls.get(0).endsWith(" " + at(Long.MAX_VALUE)), backplane.calls.get(0));
    epoch = "f";
    tip = 0;
    answer();
    accept(1);
    assertEquals(List.of("6", gap("f", ""), "1"), outlet.taken());
  }

  @Test
  void readerSaysHowFarTheLogMustHaveCome() {
    begin(5);
    accept(8);
    assertTrue(backplane.calls.get(0).endsWith(" " + at(8)), backplane.calls.get(0));
  }

  @Test
  void placeThatIsNotOursIsRelayedAndChangesNothing() {
    begin(5);
    log.accept(new Position("foreign", 1), bytes("foreign"));
    tip = 5;
    answer();
    accept(6);
    assertEquals(List.of("foreign", "6"), outlet.taken());
    assertEquals(0, backplane.reads.size());
  }

  @Test
  void whoWasAwayIsServedFromTheRing() {
    begin(5);
    accept(6);
    accept(7);
    log.catchUp(at(5), answers::add);
    assertEquals(List.of("6", "7"), texts(answers.get(0)));
    assertEquals(at(7), answers.get(0).position());
    assertEquals(0, backplane.reads.size());
    assertEquals(1, metrics.ringHits.getCount());
  }

  @Test
  void manyWhoWereAwayForLongerShareOneRead() {
    begin(50);
    for (int since = 10; since < 40; since++) {
      log.catchUp(at(since), answers::add);
    }
    assertEquals(1, backplane.reads.size());
    answer();
    // The read was made for who asked first, and found the ring for those behind him.
    assertEquals(30, answers.size());
    for (int i = 0; i < 30; i++) {
      assertEquals(50 - 10 - i, answers.get(i).missed().size());
      assertNull(answers.get(i).failure());
    }
    assertEquals(0, backplane.reads.size());
    assertEquals(List.of(), outlet.taken());
  }

  @Test
  void whoWasAwayTooLongIsToldSoAndGetsNothing() {
    begin(50);
    oldest = 20;
    log.catchUp(at(18), answers::add);
    answer();
    assertEquals(List.of(new CatchUp(at(50), List.of(), Failure.WINDOW)), answers);
    log.catchUp(at(19), answers::add);
    assertEquals(31, answers.get(1).missed().size());
    log.catchUp(new Position("old", 50), answers::add);
    assertEquals(Failure.EPOCH, answers.get(2).failure());
  }

  @Test
  void whoHasSeenMoreThanThisNodeWaitsForARead() {
    begin(5);
    log.catchUp(at(7), answers::add);
    assertEquals(List.of(), answers);
    tip = 8;
    answer();
    assertEquals(List.of("6", "7", "8"), outlet.taken());
    assertEquals(List.of("8"), texts(answers.get(0)));
    log.catchUp(at(99), answers::add);
    answer();
    assertEquals(Failure.EPOCH, answers.get(1).failure());
  }

  @Test
  void failedReadIsSaidAndTriedAgainForTheChannel() {
    begin(5);
    accept(7);
    log.catchUp(at(3), answers::add);
    fail();
    assertEquals(List.of(new CatchUp(at(5), List.of(), Failure.UNAVAILABLE)), answers);
    assertEquals(0, backplane.reads.size());
    scheduler.advance(Duration.ofSeconds(2));
    tip = 7;
    answer();
    assertEquals(List.of("6", "7"), outlet.taken());
  }

  @Test
  void whoWasLetInBlindlyIsToldWhenTheHistoryIsThereAgain() {
    log.catchUp(at(3), answers::add);
    fail();
    assertEquals(List.of(new CatchUp(null, List.of(), Failure.UNAVAILABLE)), answers);
    scheduler.advance(Duration.ofSeconds(2));
    tip = 9;
    answer();
    accept(10);
    assertEquals(List.of(gap("e", ""), "10"), outlet.taken());
  }

  @Test
  void quietChannelIsReadFromTimeToTimeAndABusyOneIsNot() {
    begin(5);
    accept(6);
    scheduler.advance(Duration.ofMillis(900));
    accept(7);
    scheduler.advance(Duration.ofMillis(900));
    log.check();
    assertEquals(0, backplane.reads.size());
    scheduler.advance(Duration.ofMillis(200));
    log.check();
    tip = 8;
    answer();
    assertEquals(List.of("6", "7", "8"), outlet.taken());
  }

  @Test
  void channelWithoutSubscribersIsNotRead() {
    begin(5);
    outlet.deserted = true;
    log.doubt();
    log.check();
    log.check();
    log.check();
    assertEquals(0, backplane.reads.size());
    assertTrue(log.isUnused());
    outlet.deserted = false;
    log.catchUp(at(5), answers::add);
    tip = 6;
    answer();
    assertEquals(List.of("6"), outlet.taken());
    assertEquals(at(6), answers.get(0).position());
  }

  @Test
  void whoComesToADesertedChannelIsNotGivenWhatWasPublishedMeanwhile() {
    begin(5);
    outlet.deserted = true;
    log.left();
    outlet.deserted = false;
    log.catchUp(null, answers::add);
    accept(9);
    tip = 9;
    answer();
    accept(10);
    assertEquals(List.of("9", "10"), outlet.taken());
    assertEquals(at(9), answers.get(0).position());
  }

  @Test
  void newEpochOfADesertedChannelIsNoLossToAnybody() {
    begin(5);
    outlet.deserted = true;
    log.left();
    outlet.deserted = false;
    epoch = "f";
    tip = 3;
    log.catchUp(null, answers::add);
    answer();
    accept(4);
    assertEquals(List.of("4"), outlet.taken());
    assertEquals(new Position("f", 3), answers.get(0).position());
    assertEquals(0, metrics.historyLost.getCount());
  }

  @Test
  void whoIsLetInBeforeThereIsAHistoryIsToldOfAGapOnceThereIs() {
    log.letIn(at(3), answers::add);
    assertEquals(List.of(new CatchUp(null, List.of(), Failure.UNAVAILABLE)), answers);
    tip = 9;
    log.catchUp(null, at -> {});
    answer();
    assertEquals(List.of(gap("e", "")), outlet.taken());
  }

  @Test
  void publicationThatFindsNoRoomIsToldAsSoonAsThereIsSome() {
    begin(5);
    outlet.full = true;
    accept(6);
    accept(7);
    outlet.full = false;
    accept(8);
    assertEquals(List.of(gap("e", "\"from\":6,\"to\":7,"), "8"), outlet.taken());
  }

  @Test
  void ringsGiveBackWhatTheyHold() {
    begin(5);
    for (int offset = 6; offset < 300; offset++) {
      accept(offset);
    }
    assertTrue(budget.used() > 0);
    scheduler.advance(Duration.ofHours(1).plusMillis(10));
    log.check();
    assertEquals(0, budget.used());
    accept(300);
    log.close();
    assertEquals(0, budget.used());
  }

  private void begin(long at) {
    tip = at;
    log.catchUp(null, first -> {});
    answer();
    assertEquals(0, backplane.reads.size());
  }

  private void accept(long offset) {
    log.accept(new Position(epoch, offset), bytes(Long.toString(offset)));
  }

  /**
   * Answers the read under way as the log is now.
   *
   * @param given what it holds from there on, unless it is the offsets themselves
   */
  private void answer(String... given) {
    CompletableFuture<LogSlice> read = backplane.reads.remove();
    String[] call = backplane.calls.remove(0).split(" ", -1);
    long after = Long.parseLong(call[2]);
    long limit = Long.parseLong(call[3]);
    long first = Math.max(after + 1, oldest);
    List<byte[]> entries = new ArrayList<>();
    for (long offset = first; offset <= tip && entries.size() < limit; offset++) {
      entries.add(bytes(given.length == 0 ? Long.toString(offset) : given[entries.size()]));
    }
    read.complete(new LogSlice(epoch, tip, first, after >= tip ? tip + 1 : oldest, entries));
  }

  private void fail() {
    backplane.calls.clear();
    backplane.reads.remove().completeExceptionally(new BackplaneUnavailableException("no", null));
  }

  private Position at(long offset) {
    return new Position("e", offset);
  }

  private static String gap(String epoch, String range) {
    return "{\"type\":\"GAP\",\"payload\":{\"channel\":\"room:a\",\"epoch\":\""
        + epoch
        + "\","
        + range
        + "\"recovered\":false}}";
  }

  private static byte[] placed(String envelope, long offset) {
    return Stamp.close(Stamp.open(bytes(envelope)), new Position("e", offset));
  }

  private static String place(long offset) {
    return gap("e", "\"from\":" + offset + ",\"to\":" + offset + ",").replace("false", "true");
  }

  private static List<String> texts(CatchUp catchUp) {
    return catchUp.missed().stream().map(octets -> new String(octets, UTF_8)).toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** Remembers what it was given. */
  private static final class RecordingOutlet implements Outlet {
    private final List<String> given = new ArrayList<>();
    private boolean deserted;
    private boolean full;

    @Override
    public boolean publish(ChannelName channel, byte[] envelope, Delivery delivery) {
      if (!full) {
        given.add(new String(Objects.requireNonNull(envelope), UTF_8));
      }
      return !full;
    }

    @Override
    public boolean hasSubscribers(ChannelName channel) {
      return !deserted;
    }

    List<String> taken() {
      List<String> taken = List.copyOf(given);
      given.clear();
      return taken;
    }
  }
}
