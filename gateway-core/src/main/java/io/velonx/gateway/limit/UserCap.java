package io.velonx.gateway.limit;

/**
 * How many connections a user may have, on all nodes together.
 *
 * @param most 0 for no limit
 */
public record UserCap(int most, WhenFull whenFull) {
  /** As many as he likes. */
  public static final UserCap NONE = new UserCap(0, WhenFull.REJECT);

  public UserCap {
    if (most < 0) {
      throw new IllegalArgumentException("most: " + most + " (expected: >= 0)");
    }
  }

  /** Who stays outside. */
  public enum WhenFull {
    /** The newcomer. */
    REJECT,
    /** The one that has been there longest. */
    REPLACE_OLDEST
  }
}
