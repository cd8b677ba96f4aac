package io.velonx.gateway.backplane.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LaneTest {
  private final Lane lane = new Lane();
  private final List<Integer> ran = new ArrayList<>();

  @Test
  void taskAddedByATaskRunsAfterIt() {
    lane.add(
        () -> {
          lane.add(() -> ran.add(2));
          ran.add(1);
        });
    assertEquals(List.of(1, 2), ran);
  }

  @Test
  void fullLaneRefusesAndWorksAgainWhenItIsEmpty() {
    lane.add(
        () -> {
          for (int i = 0; i < Lane.CAPACITY; i++) {
            int number = i;
            assertTrue(lane.add(() -> ran.add(number)));
          }
          assertFalse(lane.add(() -> ran.add(-1)));
        });
    assertEquals(Lane.CAPACITY, ran.size());
    assertTrue(lane.add(() -> ran.add(-2)));
    assertEquals(-2, ran.get(Lane.CAPACITY));
  }
}
