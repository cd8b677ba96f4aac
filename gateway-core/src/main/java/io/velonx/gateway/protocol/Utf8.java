package io.velonx.gateway.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Checks for UTF-8 as RFC 3629 defines it. Threading: any thread. */
public final class Utf8 {
  private Utf8() {}

  /** Whether the octets are UTF-8: no overlong forms, no surrogates, nothing cut off. */
  public static boolean isValid(byte[] octets) {
    ByteBuf wrapped = Unpooled.wrappedBuffer(octets);
    return Utf8Validator.advance(Utf8Validator.COMPLETE, wrapped, 0, octets.length)
        == Utf8Validator.COMPLETE;
  }

  /** Whether the text can be written as UTF-8: every surrogate has its other half. */
  public static boolean isWellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return false;
        }
        i++;
      }
    }
    return true;
  }
}
