package io.velonx.gateway.loadtest.rolling;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One client in one room: up to where it has everything, as the gateway counts, and which
 * publications it saw, as they count themselves.
 *
 * <p>Threading: the event loop of the clients.
 */
final class Seat {
  final int room;
  private final Account account;
  private final BitSet seen = new BitSet();
  private int newest;
  private long heardNanos;
  private @Nullable String epoch;
  private long offset;
  private boolean live;

  Seat(int room, Account account) {
    this.room = room;
    this.account = account;
  }

  /** Whether publications are taken: the gateway has said that they follow the last one. */
  boolean isLive() {
    return live;
  }

  /** The {@code since} of a SUBSCRIBE; null for the first. */
  @Nullable String since() {
    return epoch == null ? null : "{\"offset\":" + offset + ",\"epoch\":\"" + epoch + "\"}";
  }

  /** What comes next follows the last one without a gap. */
  void resume() {
    live = true;
  }

  /** What comes next follows that place; before it, something may be missing. */
  void moveTo(String newEpoch, long newOffset) {
    epoch = newEpoch;
    offset = newOffset;
    live = true;
  }

  void leave() {
    live = false;
  }

  /** Publications begin. */
  void listen(long nowNanos) {
    heardNanos = nowNanos;
  }

  /** Takes a publication, unless it will come again behind the answer to a SUBSCRIBE. */
  void hear(int sequence, long newOffset, String newEpoch, long nowNanos) {
    if (!live) {
      return;
    }
    // During an outage it comes without a place, which is told later.
    if (newOffset > 0) {
      if (newOffset != offset + 1 || !newEpoch.equals(epoch)) {
        account.misnumbered++;
      }
      epoch = newEpoch;
      offset = newOffset;
    }
    if (seen.get(sequence)) {
      account.duplicated++;
      return;
    }
    seen.set(sequence);
    account.delivered++;
    if (sequence < newest) {
      account.reordered++;
    }
    newest = Math.max(newest, sequence);
    account.silence(nowNanos - heardNanos);
    heardNanos = nowNanos;
  }

  /** How many of the publications 1 to {@code published} never came. */
  int lost(int published) {
    return published - seen.get(1, published + 1).cardinality();
  }
}
