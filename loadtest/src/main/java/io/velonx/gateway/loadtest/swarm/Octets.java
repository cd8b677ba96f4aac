package io.velonx.gateway.loadtest.swarm;

/** Looks for texts in octets. Threading: any thread. */
final class Octets {
  private Octets() {}

  /** Where the text is next; -1 when it is nowhere. */
  static int indexOf(byte[] data, int from, int to, byte[] text) {
    for (int at = from; at + text.length <= to; at++) {
      if (matches(data, at, text)) {
        return at;
      }
    }
    return -1;
  }

  /** How often the text is there, without overlaps. */
  static int count(byte[] data, int from, int to, byte[] text) {
    int count = 0;
    int at = indexOf(data, from, to, text);
    while (at >= 0 && text.length > 0) {
      count++;
      at = indexOf(data, at + text.length, to, text);
    }
    return count;
  }

  /** Whether the octets are the text, line ends behind it not counted. */
  static boolean isLine(byte[] data, int from, int to, byte[] text) {
    int end = to;
    while (end > from && (data[end - 1] == '\n' || data[end - 1] == '\r')) {
      end--;
    }
    int length = text.length;
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r')) {
      length--;
    }
    if (end - from != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (data[from + i] != text[i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean matches(byte[] data, int at, byte[] text) {
    for (int i = 0; i < text.length; i++) {
      if (data[at + i] != text[i]) {
        return false;
      }
    }
    return true;
  }
}
