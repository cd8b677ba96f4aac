package io.velonx.gateway.backplane;

import io.velonx.gateway.protocol.Position;
import org.jspecify.annotations.Nullable;

/**
 * What became of an append.
 *
 * @param position where the envelope stands; null when its log keeps nothing
 * @param repeated it was appended before, by an attempt with the same key, and not again now
 * @param receipt that of the first attempt; null without {@link Idempotency}
 * @param reach who hears of it
 */
public record Appended(
    @Nullable Position position, boolean repeated, @Nullable String receipt, Reach reach) {
  /** Published and not kept. */
  public static final Appended LIVE_ONLY = new Appended(null, false, null);

  public Appended(@Nullable Position position, boolean repeated, @Nullable String receipt) {
    this(position, repeated, receipt, Reach.EVERYWHERE);
  }

  /** Who hears of a publication. */
  public enum Reach {
    /** Every node. */
    EVERYWHERE,
    /** This node now, the others when the backplane can take it; it has no place yet. */
    SPOOLED,
    /** This node alone, for good. */
    HERE
  }
}
