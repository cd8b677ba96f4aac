package io.velonx.gateway.backplane;

import io.velonx.gateway.protocol.Position;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes the place of a publication into its envelope, as the two last members; everything before
 * them stays as it was. Threading: any thread.
 */
public final class Stamp {
  /** The most octets it adds to an envelope. */
  public static final int MAX_BYTES = 24 + 20 + Position.MAX_EPOCH_CHARS;

  private Stamp() {}

  /** An envelope without its closing brace, so that members can be added. */
  public static byte[] open(byte[] envelope) {
    int end = envelope.length - 1;
    while (end >= 0 && envelope[end] != '}') {
      end--;
    }
    if (end < 0) {
      throw new IllegalArgumentException("envelope: no JSON object");
    }
    return Arrays.copyOf(envelope, end);
  }

  /** Closes an opened envelope with its place. */
  public static byte[] close(byte[] opened, Position position) {
    byte[] members =
        (",\"offset\":" + position.offset() + ",\"epoch\":\"" + position.epoch() + "\"}")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] closed = Arrays.copyOf(opened, opened.length + members.length);
    System.arraycopy(members, 0, closed, opened.length, members.length);
    return closed;
  }

  /** A name for a history that begins now; no other has it. */
  public static String freshEpoch() {
    return Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
  }
}
