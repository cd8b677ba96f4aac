package io.velonx.gateway.loadtest.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class AudienceTest {
  @Test
  void roomsAreSpreadEvenly() {
    Audience audience = new Audience(12, 4, 2, 0);

    assertArrayEquals(new int[] {0, 1}, audience.roomsOf(0));
    assertArrayEquals(new int[] {2, 3}, audience.roomsOf(1));
    assertArrayEquals(new int[] {6, 6, 6, 6}, audience.subscribers(12));
  }

  @Test
  void skewedRoomsHaveTheirShareAndConnectionsDifferentRooms() {
    Audience audience = new Audience(1_100, 3, 1, 1);

    assertArrayEquals(new int[] {600, 300, 200}, audience.subscribers(1_100));
    int[] rooms = new Audience(100, 50, 20, 1.2).roomsOf(42);
    assertEquals(20, Arrays.stream(rooms).distinct().count());
  }

  @Test
  void sharesOfAllPartiesAreTheWhole() {
    Audience audience = new Audience(101, 7, 3, 0.8);
    int[] sum = new int[7];
    for (int party = 0; party < 6; party++) {
      int[] share = audience.subscribers(101, party, 6);
      Arrays.setAll(sum, room -> sum[room] + share[room]);
    }

    assertArrayEquals(audience.subscribers(101), sum);
    assertTrue(
        Arrays.stream(audience.parties(6)).allMatch(parties -> parties >= 1 && parties <= 6));
  }

  @Test
  void roomsWithoutListenersHaveNoParties() {
    assertArrayEquals(new int[] {1, 1, 0}, new Audience(2, 3, 1, 0).parties(2));
  }

  @Test
  void moreRoomsThanThereAreAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Audience(1, 2, 3, 0));
  }
}
