package io.velonx.gateway.pipeline;

import io.netty.buffer.ByteBuf;

/**
 * Takes the mask off a payload, in place and eight octets a step.
 *
 * <p>The mask is an int read little-endian: its lowest octet belongs to the first of the payload.
 * Threading: any thread; stateless. Spec: RFC 6455 §5.3.
 */
final class Masking {
  private static final long HIGH_BITS = 0x8080808080808080L;

  private Masking() {}

  /**
   * Unmasks the octets from {@code from} to before {@code to}.
   *
   * @return whether all of them turned out to be ASCII
   */
  static boolean remove(ByteBuf in, int from, int to, int mask) {
    long wide = (mask & 0xFFFFFFFFL) | ((long) mask << Integer.SIZE);
    long seen = 0;
    int i = from;
    for (; i + Long.BYTES <= to; i += Long.BYTES) {
      long word = in.getLongLE(i) ^ wide;
      in.setLongLE(i, word);
      seen |= word;
    }
    // Only the low octet counts: a byte widened with its sign would look like text beyond ASCII.
    for (int shift = 0; i < to; i++, shift += Byte.SIZE) {
      int octet = (in.getByte(i) ^ (int) (wide >>> shift)) & 0xFF;
      in.setByte(i, octet);
      seen |= octet;
    }
    return (seen & HIGH_BITS) == 0;
  }

  /** The mask for what follows after that many octets. */
  static int rotate(int mask, int octets) {
    return Integer.rotateRight(mask, Byte.SIZE * (octets & 3));
  }
}
