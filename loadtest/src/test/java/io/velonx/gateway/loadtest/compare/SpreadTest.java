package io.velonx.gateway.loadtest.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void theMedianIsTheMiddleOrBetweenTheTwoInTheMiddle() {
    assertEquals(new Spread(3, 1, 9, 3), Spread.of(List.of(9.0, 1.0, 3.0)));
    assertEquals(new Spread(2.5, 1, 9, 4), Spread.of(List.of(9.0, 1.0, 3.0, 2.0)));
    assertThrows(IllegalArgumentException.class, () -> Spread.of(List.of()));
  }

  @Test
  void ratiosAreOfMedians() {
    assertEquals(0.5, Spread.of(List.of(2.0)).ratioTo(Spread.of(List.of(1.0, 4.0, 9.0))));
    assertTrue(Double.isNaN(Spread.of(List.of(2.0)).ratioTo(Spread.of(List.of(0.0)))));
  }

  @Test
  void rangesOverlapWhenTheyMeet() {
    Spread low = new Spread(2, 1, 3, 3);

    assertTrue(low.overlaps(new Spread(4, 3, 5, 3)));
    assertFalse(low.overlaps(new Spread(4, 3.5, 5, 3)));
    assertTrue(low.widened(0.5).overlaps(new Spread(4, 3.5, 5, 3)));
  }

  @Test
  void figuresAreWrittenWithThreeDigits() {
    assertEquals("0", Figure.format(0));
    assertEquals("0.047", Figure.format(0.0468));
    assertEquals("1.14", Figure.format(1.1401));
    assertEquals("13.5", Figure.format(13.46));
    assertEquals("151", Figure.format(150.6));
    assertEquals("9464", Figure.format(9464));
    assertEquals("17.4k", Figure.format(17_415));
    assertEquals("1.26M", Figure.format(1_256_000));
    assertEquals("–", Figure.format(Double.NaN));
  }
}
