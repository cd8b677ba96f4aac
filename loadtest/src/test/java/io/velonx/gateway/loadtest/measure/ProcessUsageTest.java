package io.velonx.gateway.loadtest.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class ProcessUsageTest {
  private final ProcessUsage self = new ProcessUsage(List.of(ProcessHandle.current().pid()));

  @Test
  void processorTimeGrowsWithWork() {
    long before = self.cpuMicros();
    long end = System.nanoTime() + 200_000_000;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }

    assertTrue(self.cpuMicros() > before);
  }

  @Test
  void memoryOfAChildCountsForItsParent() throws Exception {
    long alone = self.rssKib();
    Process child = new ProcessBuilder("cat").start();
    try {
      assertTrue(alone > 1_000);
      assertTrue(new ProcessUsage(List.of(child.pid())).rssKib() > 0);
      assertTrue(self.isComplete());
    } finally {
      child.destroy();
      child.waitFor();
    }
    assertFalse(new ProcessUsage(List.of(child.pid())).isComplete());
    assertEquals(0, new ProcessUsage(List.of()).rssKib());
  }
}
