package io.velonx.gateway.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadTestTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "fanout", "echo", "probe", "connect", "churn", "idle", "slow", "resume", "soak", "cluster"
      })
  void everyScenarioExplainsItself(String scenario) {
    LoadTestRun run = LoadTestRun.of(scenario, "--help");

    assertEquals(0, run.exitCode());
    assertTrue(run.out().contains("--connections"));
    assertTrue(LoadTestRun.of("--help").out().contains("\n  " + scenario));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fanout --rate 5 --window 3 | expected one of them",
        "fanout --connections 0 | --connections: expected 1 or more",
        "fanout --rooms-per-connection 2 | expected 1 to the number of rooms",
        "fanout --duration 5 | expected: a time as 500ms",
        "fanout --threshold lost | expected: FIGURE<=NUMBER",
        "fanout --publisher pigeon | expected: ws, http or redis",
        "idle | --server-pid is needed",
        "slow --window 3 | --window",
        "slow --slow-share 2 | expected between 0 and 1",
        "cluster --url ws://a | two nodes or more",
        "dance | dance"
      })
  void wrongUsageSaysWhatWasExpected(String arguments, String expected) {
    LoadTestRun run = LoadTestRun.of(arguments.split(" ", -1));

    assertEquals(2, run.exitCode());
    assertTrue(run.err().contains(expected), run.err());
  }

  @Test
  void aScenarioIsNeeded() {
    assertEquals(2, LoadTestRun.of().exitCode());
  }

  @Test
  void aDialectThatCannotBeReadIsNoRun() {
    LoadTestRun run = LoadTestRun.of("fanout", "--dialect", "/nowhere/x.dialect");

    assertEquals(3, run.exitCode());
    assertTrue(run.err().contains("/nowhere/x.dialect"), run.err());
  }
}
