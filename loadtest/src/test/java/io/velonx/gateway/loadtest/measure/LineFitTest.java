package io.velonx.gateway.loadtest.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.velonx.gateway.loadtest.measure.LineFit.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineFitTest {
  @Test
  void pointsOnALineGiveIt() {
    LineFit line = LineFit.through(List.of(new Point(1, 12), new Point(2, 14), new Point(4, 18)));

    assertEquals(2, line.slope(), 1e-12);
    assertEquals(10, line.intercept(), 1e-12);
  }

  @Test
  void scatterEvensOut() {
    LineFit line =
        LineFit.through(
            List.of(new Point(0, 1), new Point(1, 0), new Point(2, 3), new Point(3, 2)));

    assertEquals(0.6, line.slope(), 1e-12);
  }

  @Test
  void onePlaceHasNoSlope() {
    assertThrows(
        IllegalArgumentException.class,
        () -> LineFit.through(List.of(new Point(1, 1), new Point(1, 2))));
  }
}
