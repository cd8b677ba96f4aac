package io.velonx.gateway.loadtest.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
  private final List<String> completed = new ArrayList<>();
  private final Arrivals arrivals =
      new Arrivals(
          new int[] {2, 1},
          1,
          4,
          (publisher, room, sequence) -> completed.add(room + "/" + sequence));

  @Test
  void aPublicationIsCompleteWhenAllHaveIt() {
    arrivals.arrived(0, 0, 1);
    arrivals.arrived(0, 1, 1);
    arrivals.arrived(0, 0, 2);
    arrivals.arrived(0, 0, 1);

    assertEquals(List.of("1/1", "0/1"), completed);
  }

  @Test
  void oneThatSomebodyNeverGotIsForgotten() {
    arrivals.arrived(0, 0, 1);
    for (int sequence = 2; sequence <= 40; sequence++) {
      arrivals.arrived(0, 0, sequence);
      arrivals.arrived(0, 0, sequence);
    }

    assertEquals(39, completed.size());
  }
}
