package io.velonx.gateway.loadtest.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.loadtest.measure.JavaHeap.HeapClass;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class JavaHeapTest {
  @Test
  void liveObjectsOfAnotherJvmAreCountedByClass() {
    Marker[] markers = {new Marker(), new Marker(), new Marker()};

    Map<String, HeapClass> classes = JavaHeap.classes(ProcessHandle.current().pid());

    HeapClass found = Objects.requireNonNull(classes.get(Marker.class.getName()));
    assertEquals(markers.length, found.instances());
  }

  @Test
  void whatIsNoJvmHasNoneAndLives() throws IOException {
    Process process = new ProcessBuilder("sleep", "60").start();
    try {
      assertEquals(Map.of(), JavaHeap.classes(process.pid()));
      assertTrue(process.isAlive());
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void growthIsSharedAmongThoseWhoBroughtIt() {
    Map<String, HeapClass> before = Map.of("A", new HeapClass("A", 10, 160));
    Map<String, HeapClass> after =
        Map.of("A", new HeapClass("A", 20, 320), "B", new HeapClass("B", 30, 1200));

    List<HeapClass> growth = JavaHeap.growth(before, after, 10);

    assertEquals(List.of(new HeapClass("B", 3, 120), new HeapClass("A", 1, 16)), growth);
    assertTrue(JavaHeap.growth(before, before, 10).stream().allMatch(each -> each.bytes() == 0));
  }

  private static final class Marker {}
}
