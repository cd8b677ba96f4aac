package io.velonx.gateway.protocol;

import io.netty.buffer.ByteBuf;

/**
 * Checks a stream of octets for UTF-8, piece by piece, without holding on to any of them.
 *
 * <p>Between two pieces all there is to know fits an int, which the caller keeps: how many octets
 * of a character are missing, and which values the next may have. So a connection pays four bytes
 * for it, and text that cannot become valid any more is known with its first wrong octet.
 *
 * <p>Threading: any thread; stateless. Spec: RFC 3629 §4.
 */
public final class Utf8Validator {
  /** Between two characters: where a text begins, and where it may end. */
  public static final int COMPLETE = 0;

  /** No octet can make this valid any more. */
  public static final int INVALID = -1;

  private static final long HIGH_BITS = 0x8080808080808080L;

  private Utf8Validator() {}

  /**
   * The state after the octets from {@code from} to before {@code to}.
   *
   * @param state what the piece before ended with; {@link #COMPLETE} for the first
   */
  public static int advance(int state, ByteBuf in, int from, int to) {
    int i = from;
    int now = state;
    while (i < to) {
      if (now == COMPLETE) {
        i = skipAscii(in, i, to);
        if (i == to) {
          break;
        }
      }
      now = next(now, in.getUnsignedByte(i++));
      if (now == INVALID) {
        break;
      }
    }
    return now;
  }

  private static int skipAscii(ByteBuf in, int from, int to) {
    int i = from;
    while (i + Long.BYTES <= to && (in.getLongLE(i) & HIGH_BITS) == 0) {
      i += Long.BYTES;
    }
    while (i < to && in.getByte(i) >= 0) {
      i++;
    }
    return i;
  }

  private static int next(int state, int octet) {
    if (state == COMPLETE) {
      return first(octet);
    }
    int missing = state & 0xFF;
    int least = (state >>> 8) & 0xFF;
    int most = (state >>> 16) & 0xFF;
    if (octet < least || octet > most) {
      return INVALID;
    }
    return missing == 1 ? COMPLETE : expect(missing - 1, 0x80, 0xBF);
  }

  /** The narrower ranges keep out overlong forms, surrogates, and what lies beyond U+10FFFF. */
  private static int first(int octet) {
    if (octet < 0x80) {
      return COMPLETE;
    }
    if (octet < 0xC2) {
      return INVALID;
    }
    if (octet < 0xE0) {
      return expect(1, 0x80, 0xBF);
    }
    if (octet < 0xF0) {
      return expect(2, octet == 0xE0 ? 0xA0 : 0x80, octet == 0xED ? 0x9F : 0xBF);
    }
    if (octet < 0xF5) {
      return expect(3, octet == 0xF0 ? 0x90 : 0x80, octet == 0xF4 ? 0x8F : 0xBF);
    }
    return INVALID;
  }

  private static int expect(int missing, int least, int most) {
    return missing | (least << 8) | (most << 16);
  }
}
