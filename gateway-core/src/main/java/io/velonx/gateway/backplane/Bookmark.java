package io.velonx.gateway.backplane;

import io.velonx.gateway.protocol.Position;
import java.time.Duration;

/**
 * Where a reader of a log stands.
 *
 * @param position he has everything up to there, or nobody kept it for him
 * @param lost nobody knows what he has missed: he stood in an epoch that is no more, or saw more
 *     than the log holds, or his place was forgotten and so were entries behind it
 */
public record Bookmark(Position position, boolean lost) {
  /** So long is the place of a reader kept who is not seen: the longest a log keeps entries. */
  public static final Duration LIFE = Duration.ofDays(7);

  /** The most readers of one log; of more, the one not seen for the longest time is forgotten. */
  public static final int MAX_READERS = 16;
}
