package io.velonx.gateway.limit;

/**
 * How many more commands a connection may send now, and how long it has not cared. Threading: event
 * loop of the connection.
 */
public final class CommandBudget {
  private long fullAt;
  private int refused;

  /**
   * Takes one command.
   *
   * @return 0 when it may be carried out; else the nanoseconds until the next one may
   */
  public long take(Rate rate, long now) {
    long wait = rate.waitNanos(fullAt, now);
    if (wait > 0) {
      refused++;
      return wait;
    }
    if (fullAt - now < 0) {
      // The bucket was full again: the client has paused as it should.
      refused = 0;
    }
    fullAt = rate.charged(fullAt, now);
    return 0;
  }

  /** Whether a whole further burst was refused, without a pause in between. */
  public boolean isAbused(Rate rate) {
    return refused > rate.burst();
  }
}
