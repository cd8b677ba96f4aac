package io.velonx.gateway.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RingTest {
  private static final int MANY = 1_000;

  private final RingBudget budget = new RingBudget(100);

  @Test
  void holdsTheNewestAndKnowsTheirOffsets() {
    Ring ring = new Ring(budget, 3);
    ring.restart(10);
    List<byte[]> added = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      byte[] envelope = new byte[10];
      added.add(envelope);
      ring.add(envelope, 0);
    }
    assertEquals(15, ring.end());
    assertFalse(ring.covers(11));
    assertTrue(ring.covers(12));
    assertTrue(ring.covers(15));
    assertFalse(ring.covers(16));
    assertEquals(added.subList(3, 5), ring.after(13));
    assertEquals(List.of(), ring.after(15));
    assertSame(added.get(2), ring.at(13));
    assertNull(ring.at(12));
    assertNull(ring.at(16));
    assertEquals(30, budget.used());
  }

  @Test
  void fullBudgetCostsARingItsOwnOldest() {
    Ring other = new Ring(budget, MANY);
    other.add(new byte[70], 0);
    Ring ring = new Ring(budget, MANY);
    for (int i = 0; i < 5; i++) {
      ring.add(new byte[10], 0);
    }
    assertTrue(ring.covers(2));
    assertFalse(ring.covers(1));
    assertTrue(other.covers(0));
    assertEquals(100, budget.used());
    ring.add(new byte[31], 0);
    assertEquals(6, ring.end());
    assertFalse(ring.covers(5));
    assertTrue(ring.covers(6));
    assertEquals(70, budget.used());
  }

  @Test
  void whatStandsInFrontIsAddedAsFarAsThereIsRoom() {
    Ring ring = new Ring(budget, 4);
    ring.restart(9);
    ring.add(new byte[10], 0);
    List<byte[]> before = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      before.add(new byte[10]);
    }
    ring.backfill(1, before, 0);
    assertTrue(ring.covers(6));
    assertFalse(ring.covers(5));
    assertSame(before.get(8), ring.at(9));
    assertSame(before.get(6), ring.at(7));
    ring.backfill(1, before, 0);
    assertEquals(40, budget.used());
    // Nothing that reaches up to the ring: nothing is added.
    Ring empty = new Ring(new RingBudget(100), 4);
    empty.restart(20);
    empty.backfill(1, before, 0);
    assertFalse(empty.covers(19));
  }

  @Test
  void theOldAreForgotten() {
    Ring ring = new Ring(budget, MANY);
    ring.add(new byte[1], 5);
    ring.add(new byte[1], 10);
    ring.forgetBefore(10);
    assertTrue(ring.covers(1));
    assertFalse(ring.covers(0));
    assertEquals(1, budget.used());
  }
}
