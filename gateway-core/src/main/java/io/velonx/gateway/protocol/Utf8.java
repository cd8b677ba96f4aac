package io.velonx.gateway.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Checks for UTF-8 as RFC 3629 defines it. Threading: any thread. */
public final class Utf8 {
  private Utf8() {}

  /** Whether the octets are UTF-8: no overlong forms, no surrogates, nothing cut off. */
  public static boolean isValid(byte[] octets) {
    for (byte octet : octets) {
      if (octet < 0) {
        return isValidBeyondAscii(octets);
      }
    }
    return true;
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

  private static boolean isValidBeyondAscii(byte[] octets) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets));
      return true;
    } catch (CharacterCodingException invalid) {
      return false;
    }
  }
}
