package io.velonx.gateway.loadtest.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WindowTest {
  private static final long SECOND = 1_000_000_000;

  private final Window window = new Window(2, new int[] {2, 0}, 1);

  @Test
  void aWindowIsFullUntilEveryPartyHasAPublication() {
    window.published(0, 0, 1, 0);
    window.published(0, 0, 2, 0);
    assertTrue(window.isFull());

    window.completed(0, 0, 1, 0);
    assertTrue(window.isFull());
    window.completed(0, 0, 1, 0);
    assertFalse(window.isFull());
  }

  @Test
  void aRoomNobodyListensToTakesNoPlace() {
    for (int sequence = 1; sequence < 10; sequence++) {
      window.published(0, 1, sequence, 0);
    }

    assertFalse(window.isFull());
  }

  @Test
  void aStallWritesOffWhatIsOpenAndLateReportsChangeNothing() {
    window.published(0, 0, 1, 0);
    window.published(0, 0, 2, 0);

    assertFalse(window.writeOff(SECOND - 1, SECOND));
    assertTrue(window.writeOff(SECOND, SECOND));
    assertEquals(2, window.writtenOff());
    assertFalse(window.isFull());

    window.completed(0, 0, 1, SECOND);
    window.completed(0, 0, 1, SECOND);
    window.published(0, 0, 3, SECOND);
    window.published(0, 0, 4, SECOND);
    assertTrue(window.isFull());
  }
}
