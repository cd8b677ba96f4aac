package io.velonx.gateway.loadtest.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.velonx.gateway.loadtest.measure.Sequences.Seen;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SequencesTest {
  private final Sequences sequences = new Sequences(2);

  @Test
  void whatComesInOrderIsNext() {
    for (int sequence = 1; sequence <= 200; sequence++) {
      assertEquals(Seen.NEXT, sequences.see(0, sequence));
    }
  }

  @Test
  void aGapThatIsFilledLaterWasOnlyLate() {
    sequences.see(0, 1);

    assertEquals(Seen.NEXT, sequences.see(0, 4));
    assertEquals(Seen.LATE, sequences.see(0, 2));
    assertEquals(Seen.AGAIN, sequences.see(0, 2));
    assertEquals(Seen.LATE, sequences.see(0, 3));
    assertEquals(Seen.AGAIN, sequences.see(0, 4));
    assertEquals(Seen.NEXT, sequences.see(0, 5));
  }

  @Test
  void streamsAreIndependent() {
    sequences.see(0, 1);

    assertEquals(Seen.NEXT, sequences.see(1, 1));
    assertEquals(Seen.AGAIN, sequences.see(0, 1));
  }

  @Test
  void farBackARepetitionIsToldFromALateOneByWhatIsMissing() {
    sequences.see(0, 1);
    sequences.see(0, 2);
    for (int sequence = 4; sequence <= 300; sequence++) {
      sequences.see(0, sequence);
    }

    assertEquals(Seen.LATE, sequences.see(0, 3));
    assertEquals(Seen.AGAIN, sequences.see(0, 3));
  }

  @Test
  void disorderWithinTheLastSixtyFourIsToldExactly() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    BitSet seen = new BitSet();
    int last = 0;
    for (int i = 0; i < 20_000; i++) {
      int sequence = Math.max(1, last + random.nextInt(-60, 5));
      Seen expected = seen.get(sequence) ? Seen.AGAIN : sequence > last ? Seen.NEXT : Seen.LATE;

      assertEquals(expected, sequences.see(0, sequence), () -> "seed " + seed);
      seen.set(sequence);
      last = Math.max(last, sequence);
    }
  }
}
