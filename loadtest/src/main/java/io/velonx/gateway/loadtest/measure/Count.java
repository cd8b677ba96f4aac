package io.velonx.gateway.loadtest.measure;

/** What a swarm counts. */
public enum Count {
  /** Connections whose opening script is done. */
  OPENED,
  /** Connections that did not get that far. */
  FAILED,
  /** Upgrades answered with 101. */
  UPGRADED,
  /** Open connections the server ended. */
  ENDED,
  /** Publications received, duplicates included. */
  DELIVERIES,
  DUPLICATED,
  REORDERED,
  /** Different publications received by connections that were told to stall. */
  SLOW_DELIVERIES,
  SLOW_DUPLICATED,
  /** Publications nobody should have received here. */
  STRAY,
  READS,
  OCTETS,
  /** Connections that ended with a closing handshake. */
  CLOSED,
  ECHOES,
  /** Requests that found the one before them unanswered. */
  ECHOES_LATE,
  /** Connections that came back and have received since. */
  RETURNED
}
