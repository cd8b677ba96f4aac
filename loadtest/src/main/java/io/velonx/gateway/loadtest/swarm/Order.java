package io.velonx.gateway.loadtest.swarm;

/**
 * What a swarm is told to do. Numbers are of the whole swarm; every event loop takes its share.
 *
 * @param number meaning by verb
 * @param rate meaning by verb
 * @param atOnce how many connections may be opening at a time
 */
public record Order(Verb verb, long number, double rate, int atOnce) {
  /** The kinds of orders; each is answered with a tally. */
  public enum Verb {
    /** Have {@code number} connections, opened at {@code rate} a second. */
    OPEN,
    /** Nothing but the answer. */
    TALLY,
    /** Tell what arrived everywhere; at most {@code number} are on their way. */
    WATCH,
    /** Requests on {@code number} connections, {@code rate} a second on each. */
    ECHO,
    STOP_ECHO,
    /** Open and close in {@code number} slots. */
    CHURN,
    STOP_CHURN,
    /** The first {@code number} connections read no more. */
    STALL,
    /** They read again, and those the server has closed come back. */
    READ,
    /** Drop all connections, and come back within {@code number} milliseconds. */
    LEAVE
  }

  public static Order of(Verb verb) {
    return new Order(verb, 0, 0, 1);
  }

  public static Order of(Verb verb, long number) {
    return new Order(verb, number, 0, 1);
  }
}
