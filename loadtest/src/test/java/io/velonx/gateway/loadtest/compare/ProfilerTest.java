package io.velonx.gateway.loadtest.compare;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ProfilerTest {
  @TempDir Path folder;

  @Test
  void theNativeLibraryIsThereForTheUsualSystems() {
    for (String resource :
        new String[] {
          Profiler.resource("Linux", "amd64"),
          Profiler.resource("Linux", "aarch64"),
          Profiler.resource("Mac OS X", "aarch64")
        }) {
      assertNotNull(Profiler.class.getResource(resource), resource);
    }
  }

  @Test
  @Timeout(60)
  void samplesOfAFlightRecordingBecomeCollapsedStacks() throws Exception {
    Path file = folder.resolve("a.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(10));
      recording.start();
      long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
      while (burn() < end) {}
      recording.stop();
      recording.dump(file);
    }

    String stacks = Profiler.collapsed(file);

    String own = ProfilerTest.class.getName().replace('.', '/') + ".";
    String line = stacks.lines().filter(text -> text.contains(own)).findFirst().orElseThrow();
    assertTrue(line.matches("\\S+(;\\S+)* \\d+"), line);
  }

  private static long burn() {
    double sum = 0;
    for (int i = 1; i < 10_000; i++) {
      sum += Math.sqrt(i);
    }
    return sum > 0 ? System.nanoTime() : 0;
  }
}
