package io.velonx.gateway.loadtest.scenario;

import java.util.List;

/** All there are, as commands. */
public final class Scenarios {
  private Scenarios() {}

  /** New commands, for one command line. */
  public static List<Object> all() {
    return List.of(
        new FanoutScenario(),
        new EchoScenario(),
        new ProbeScenario(),
        new ConnectScenario(),
        new ChurnScenario(),
        new IdleScenario(),
        new SlowScenario(),
        new ResumeScenario(),
        new SoakScenario(),
        new ClusterScenario());
  }
}
