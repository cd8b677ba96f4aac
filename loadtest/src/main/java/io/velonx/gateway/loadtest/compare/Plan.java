package io.velonx.gateway.loadtest.compare;

import java.util.ArrayList;
import java.util.List;

/**
 * Every run in its order: for each scenario the candidates in turn, A B C A B C, so that whatever
 * the machine does meanwhile hits them alike. Threading: any thread; immutable.
 */
record Plan(List<Run> runs) {
  /**
   * One load of one candidate.
   *
   * @param repetition from 1; 0 only warms up, and is not counted
   */
  record Run(Scenario scenario, Candidate candidate, int repetition) {
    boolean counts() {
      return repetition > 0;
    }
  }

  Plan {
    runs = List.copyOf(runs);
  }

  static Plan of(List<Scenario> scenarios, List<Candidate> candidates, int repetitions) {
    if (repetitions < 1) {
      throw new IllegalArgumentException("repetitions: " + repetitions + " (expected: > 0)");
    }
    List<Run> runs = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      for (Candidate candidate : candidates) {
        if (candidate.runsOnJvm() && !scenario.needsFreshServer()) {
          runs.add(new Run(scenario, candidate, 0));
        }
      }
      for (int repetition = 1; repetition <= repetitions; repetition++) {
        for (Candidate candidate : candidates) {
          runs.add(new Run(scenario, candidate, repetition));
        }
      }
    }
    return new Plan(runs);
  }
}
