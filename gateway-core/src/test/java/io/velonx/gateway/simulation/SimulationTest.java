package io.velonx.gateway.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import ch.qos.logback.classic.Logger;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/**
 * Many short histories of small clusters, each decided by its seed.
 *
 * <p>{@code -Dsimulation.seeds=N} plays N of them, {@code -Dsimulation.seed=S} only that one and
 * prints what happened.
 */
class SimulationTest {
  /** About 40 s of one core. */
  private static final int SEEDS = 2_000;

  /** Every so many seeds with every buffer tracked. */
  private static final int TRACKED = 40;

  /** After so many broken ones, more would tell nothing new. */
  private static final int MOST_BROKEN = 10;

  private static final Logger GATEWAY = (Logger) LoggerFactory.getLogger("io.velonx.gateway");

  @BeforeAll
  static void quiet() {
    GATEWAY.setLevel(ch.qos.logback.classic.Level.OFF);
  }

  @AfterAll
  static void loud() {
    GATEWAY.setLevel(null);
  }

  @Test
  @Timeout(300)
  void promisesHoldInEveryHistory() {
    Long only = Long.getLong("simulation.seed");
    if (only != null) {
      replay(only);
      return;
    }
    int seeds = Integer.getInteger("simulation.seeds", SEEDS);
    long first = Long.getLong("simulation.first", 1);
    Map<String, Integer> counts = new TreeMap<>();
    List<Long> broken = new ArrayList<>();
    Level level = ResourceLeakDetector.getLevel();
    try {
      for (long seed = first; seed < first + seeds && broken.size() < MOST_BROKEN; seed++) {
        // Tracking every buffer would take most of the time.
        ResourceLeakDetector.setLevel(seed % TRACKED == 0 ? level : Level.DISABLED);
        Simulation simulation = new Simulation(seed, false);
        String violation = simulation.run();
        simulation.truth().counts.forEach((what, times) -> counts.merge(what, times, Integer::sum));
        if (violation != null) {
          broken.add(seed);
          System.out.println("seed " + seed + ": " + violation + " " + simulation.plan().faults());
        }
      }
    } finally {
      ResourceLeakDetector.setLevel(level);
    }
    System.out.println("simulated: " + counts);
    if (!broken.isEmpty()) {
      replay(broken.get(0));
    }
  }

  private static void replay(long seed) {
    Simulation simulation = new Simulation(seed, true);
    String violation = simulation.run();
    simulation.world().trace().forEach(System.out::println);
    System.out.println(simulation.plan());
    if (violation != null) {
      fail(
          "seed "
              + seed
              + ": "
              + violation
              + "\nreplay: mvn -pl gateway-core -am test -Dtest=SimulationTest"
              + " -Dsurefire.failIfNoSpecifiedTests=false -Dsimulation.seed="
              + seed);
    }
  }

  @Test
  void sameSeedIsTheSameHistory() {
    for (long seed = 1; seed <= 20; seed++) {
      assertEquals(historyOf(seed), historyOf(seed), "seed " + seed);
    }
  }

  private static String historyOf(long seed) {
    Simulation simulation = new Simulation(seed, true);
    simulation.run();
    return String.join("\n", simulation.world().trace());
  }

  @Test
  void publicationThatIsLostUnseenIsFound() {
    String found = null;
    for (long seed = 1; seed <= 50 && found == null; seed++) {
      found = new Simulation(seed, false).withAppendsLost(0.05).run();
    }
    assertNotNull(found);
  }

  @Test
  void messageThatIsForgottenUnreadIsFound() {
    String found = null;
    for (long seed = 1; seed <= 50 && found == null; seed++) {
      found = new Simulation(seed, false).withUnreadForgotten(0.05).run();
    }
    assertNotNull(found);
    assertTrue(found.contains("reading user:") || found.contains("ends its inbox"), found);
  }

  @Test
  void calmSeedBreaksNothing() {
    assertNull(new Simulation(0, false).run());
  }
}
