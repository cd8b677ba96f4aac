package io.velonx.gateway.loadtest.rolling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/** What is told apart by the numbers of the publications, whatever the gateway says. */
class SeatTest {
  private final Account account = new Account();
  private final Seat seat = new Seat(3, account);

  @Test
  void publicationsInOrderAreDelivered() {
    begin();
    hear(1, 11);
    hear(2, 12);
    assertCounts(2, 0, 0, 0);
    assertEquals(0, seat.lost(2));
    assertEquals("{\"offset\":12,\"epoch\":\"e\"}", seat.since());
  }

  @Test
  void publicationThatNeverCameIsLost() {
    begin();
    hear(1, 11);
    hear(3, 13);
    assertEquals(1, seat.lost(3));
    assertEquals(2, seat.lost(4));
    assertCounts(2, 0, 0, 1);
  }

  @Test
  void publicationThatComesAgainIsDuplicatedEvenUnderANewOffset() {
    begin();
    hear(1, 11);
    hear(1, 12);
    assertCounts(1, 1, 0, 0);
  }

  @Test
  void publicationBehindALaterOneIsReordered() {
    begin();
    hear(2, 11);
    hear(1, 12);
    assertCounts(2, 0, 1, 0);
    assertEquals(0, seat.lost(2));
  }

  @Test
  void whatComesBeforeTheAnswerIsLeftToComeAgain() {
    assertNull(seat.since());
    begin();
    hear(1, 11);
    seat.leave();
    hear(2, 12);
    assertCounts(1, 0, 0, 0);
    assertEquals("{\"offset\":11,\"epoch\":\"e\"}", seat.since());
    seat.resume();
    hear(2, 12);
    assertCounts(2, 0, 0, 0);
  }

  @Test
  void silenceIsTheLongestTimeBetweenTwo() {
    begin();
    seat.hear(1, 11, "e", 30);
    seat.hear(2, 12, "e", 130);
    seat.hear(3, 13, "e", 150);
    assertEquals(100, account.silenceNanos);
  }

  private void begin() {
    seat.moveTo("e", 10);
    seat.listen(0);
  }

  private void hear(int sequence, long offset) {
    seat.hear(sequence, offset, "e", 0);
  }

  private void assertCounts(long delivered, long duplicated, long reordered, long misnumbered) {
    assertEquals(delivered, account.delivered);
    assertEquals(duplicated, account.duplicated);
    assertEquals(reordered, account.reordered);
    assertEquals(misnumbered, account.misnumbered);
  }
}
