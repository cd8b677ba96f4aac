package io.velonx.gateway.backplane;

/** Whether the bus does its work, as people and load balancers want to know it. */
public enum BackplaneState {
  /** Commands are answered and publications arrive. */
  UP(0),
  /** It is so again, and what was missed or kept meanwhile is being made good. */
  RECOVERING(1),
  /** One of them is not so, for longer than it takes to replace a lost connection. */
  DEGRADED(2);

  private final int severity;

  BackplaneState(int severity) {
    this.severity = severity;
  }

  /** For an instrument: the more, the worse. */
  public int severity() {
    return severity;
  }
}
