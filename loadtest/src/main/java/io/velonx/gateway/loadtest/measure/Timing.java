package io.velonx.gateway.loadtest.measure;

/** What a swarm times. */
public enum Timing {
  /** From the moment a publication was due to the read that brought it. */
  DELIVERY,
  /** From an established TCP connection to the 101. */
  UPGRADE,
  /** From the first SYN to the end of the opening script. */
  OPENING,
  /** From the moment a request was due to its answer. */
  ECHO,
  /** From the moment all connections were dropped to the first publication received again. */
  RETURN
}
