package io.velonx.gateway.protocol;

/**
 * A place in the history of a channel: everything up to this publication.
 *
 * @param epoch names one life of the history; in another one, offsets mean something else
 * @param offset the number of a publication, from 1, without gaps; 0 before the first
 */
public record Position(String epoch, long offset) {
  /** The longest epoch, in characters. */
  public static final int MAX_EPOCH_CHARS = 32;

  public Position {
    if (!isEpoch(epoch)) {
      throw new IllegalArgumentException(
          "epoch: not one (expected: [A-Za-z0-9]{1," + MAX_EPOCH_CHARS + "})");
    }
    if (offset < 0) {
      throw new IllegalArgumentException("offset: " + offset + " (expected: >= 0)");
    }
  }

  /** Whether the text may name an epoch: nothing in it needs escaping in JSON. */
  public static boolean isEpoch(String text) {
    if (text.isEmpty() || text.length() > MAX_EPOCH_CHARS) {
      return false;
    }
    return text.chars()
        .allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
  }
}
