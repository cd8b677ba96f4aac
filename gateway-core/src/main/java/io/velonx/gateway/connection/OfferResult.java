package io.velonx.gateway.connection;

/** What became of a frame offered to a connection. */
public enum OfferResult {
  /** Written; it leaves with the next flush. */
  WRITTEN,
  /** Ephemeral, and the reader is behind: left out. */
  DROPPED,
  /** By somebody whom the user blocks: left out; where places are counted, something stands in. */
  WITHHELD,
  /** The reader is too far behind: the connection is being closed instead. */
  CLOSED_SLOW,
  /** The connection is closing or gone. */
  GONE
}
