package io.velonx.gateway.loadtest.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {
  @Test
  void aLinearAxisEndsAtARoundNumberAboveTheValues() {
    Axis axis = Axis.linear(87, 0, 100);

    assertEquals(List.of(0.0, 20.0, 40.0, 60.0, 80.0, 100.0), axis.ticks());
    assertEquals(50, axis.place(50), 1e-9);
  }

  @Test
  void aLogarithmicAxisSpansWholePowersOfTen() {
    Axis axis = Axis.logarithmic(0.3, 42, 200, 0);

    assertEquals(0.1, axis.least(), 1e-12);
    assertEquals(100, axis.most(), 1e-9);
    assertEquals(4, axis.ticks().size());
    assertEquals(200, axis.place(0.1), 1e-9);
    assertEquals(0, axis.place(100), 1e-9);
    assertEquals(200, axis.place(0), 1e-9);
  }

  @Test
  void anAxisWithoutValuesHasALength() {
    assertTrue(Axis.linear(0, 0, 10).most() > 0);
    Axis flat = Axis.logarithmic(10, 10, 0, 10);
    assertTrue(flat.most() > flat.least());
  }
}
