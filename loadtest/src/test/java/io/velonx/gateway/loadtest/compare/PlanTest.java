package io.velonx.gateway.loadtest.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
  @Test
  void candidatesTakeTurnsAndJvmsWarmUpFirst() {
    Plan plan = Plan.of(List.of(Scenario.ECHO), List.of(Candidate.GATEWAY, Candidate.NATS), 2);

    assertEquals(
        List.of(
            new Plan.Run(Scenario.ECHO, Candidate.GATEWAY, 0),
            new Plan.Run(Scenario.ECHO, Candidate.GATEWAY, 1),
            new Plan.Run(Scenario.ECHO, Candidate.NATS, 1),
            new Plan.Run(Scenario.ECHO, Candidate.GATEWAY, 2),
            new Plan.Run(Scenario.ECHO, Candidate.NATS, 2)),
        plan.runs());
  }

  @Test
  void memoryIsMeasuredOfProcessesThatDidNothingBefore() {
    Plan plan = Plan.of(List.of(Scenario.IDLE), List.of(Candidate.VERTX), 1);

    assertEquals(List.of(new Plan.Run(Scenario.IDLE, Candidate.VERTX, 1)), plan.runs());
  }

  @Test
  void aPlanWithoutRepetitionsIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> Plan.of(List.of(Scenario.ECHO), List.of(Candidate.NATS), 0));
  }

  @Test
  void namesAreThoseOfTheCommandLine() {
    assertEquals(Scenario.ONE_ROOM_100K, Scenario.named("one-room-100k"));
    assertEquals(Candidate.GATEWAY_LOCAL, Candidate.named("gateway-local"));
    IllegalArgumentException unknown =
        assertThrows(IllegalArgumentException.class, () -> Candidate.named("apache"));
    assertTrue(String.valueOf(unknown.getMessage()).contains("node-ws"));
    assertThrows(IllegalArgumentException.class, () -> Scenario.named("nothing"));
  }

  @Test
  void aSmallPlanKeepsSubscribersPerRoom() {
    List<String> full = Scenario.MANY_ROOMS.arguments(1);
    List<String> small = Scenario.MANY_ROOMS.arguments(10);

    assertTrue(full.containsAll(List.of("10000", "1000")));
    assertTrue(small.containsAll(List.of("1000", "100")));
    assertEquals(Scenario.ONE_ROOM_8.arguments(1), Scenario.ONE_ROOM_8.arguments(10));
  }
}
