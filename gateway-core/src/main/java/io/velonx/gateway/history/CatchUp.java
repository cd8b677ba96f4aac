package io.velonx.gateway.history;

import io.velonx.gateway.protocol.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a subscriber stands: he has been given everything up to here, or knows that he has not.
 *
 * @param position what follows it comes live; null while history cannot be read
 * @param missed what was published between the place he named and this one, in order
 * @param failure why there is nothing in {@code missed} though there may have been; null if there
 *     is no such reason
 * @param unplaced what was published behind it while the backplane was away, in order; its places
 *     are told later
 */
public record CatchUp(
    @Nullable Position position,
    List<byte[]> missed,
    @Nullable Failure failure,
    List<byte[]> unplaced) {
  public CatchUp(@Nullable Position position, List<byte[]> missed, @Nullable Failure failure) {
    this(position, missed, failure, List.of());
  }

  /** Takes the answer, under the lock of the log: what is queued now is queued in its turn. */
  @FunctionalInterface
  public interface Answer {
    void give(CatchUp catchUp);
  }

  /** Why a gap cannot be filled. */
  public enum Failure {
    /** History began anew since. */
    EPOCH,
    /** More was published than is kept. */
    WINDOW,
    /** More is missing than fits what may wait for one reader. */
    SIZE,
    /** The backplane does not answer. */
    UNAVAILABLE
  }
}
