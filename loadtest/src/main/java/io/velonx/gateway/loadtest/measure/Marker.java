package io.velonx.gateway.loadtest.measure;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What makes a publication findable in whatever a server wraps around it: {@code ~VM:}, two
 * hexadecimal digits of the publisher, six of the room, eight of the sequence, sixteen of the time
 * it was due, {@code ~}. Always of one length, so that bodies are, too.
 *
 * <p>Threading: any thread.
 */
public final class Marker {
  public static final int LENGTH = 37;
  public static final int MAX_PUBLISHERS = 1 << 8;
  public static final int MAX_ROOMS = 1 << 24;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final byte EDGE = '~';
  private static final byte[] PREFIX = "~VM:".getBytes(US_ASCII);
  private static final int PREFIX_WORD = (int) INTS.get(PREFIX, 0);
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(US_ASCII);
  private static final long ONES = 0x0101010101010101L;
  private static final long EDGES = EDGE * ONES;

  private Marker() {}

  public static byte[] write(int publisher, int room, int sequence, long dueNanos) {
    byte[] marker = new byte[LENGTH];
    System.arraycopy(PREFIX, 0, marker, 0, PREFIX.length);
    digits(marker, 4, 2, publisher);
    digits(marker, 6, 6, room);
    digits(marker, 12, 8, sequence);
    digits(marker, 20, 16, dueNanos);
    marker[LENGTH - 1] = EDGE;
    return marker;
  }

  /**
   * Where the next marker, or what may be the beginning of one, is; {@code to} when there is none.
   * It is whole when {@link #LENGTH} octets are left.
   */
  public static int find(byte[] data, int from, int to) {
    int at = from;
    while (true) {
      at = findEdge(data, at, to);
      if (at == to || isMarker(data, at, to)) {
        return at;
      }
      at++;
    }
  }

  public static int publisher(byte[] data, int marker) {
    return (int) (eightDigits(data, marker + 4) >>> 24);
  }

  public static int room(byte[] data, int marker) {
    return (int) eightDigits(data, marker + 4) & 0xFFFFFF;
  }

  public static int sequence(byte[] data, int marker) {
    return (int) eightDigits(data, marker + 12);
  }

  public static long dueNanos(byte[] data, int marker) {
    return eightDigits(data, marker + 20) << 32 | eightDigits(data, marker + 28);
  }

  private static boolean isMarker(byte[] data, int at, int to) {
    if (to - at >= LENGTH) {
      return (int) INTS.get(data, at) == PREFIX_WORD && data[at + LENGTH - 1] == EDGE;
    }
    for (int i = 0; i < PREFIX.length && at + i < to; i++) {
      if (data[at + i] != PREFIX[i]) {
        return false;
      }
    }
    return true;
  }

  /** Eight octets at a time: one is an edge when its difference to the edge is zero. */
  private static int findEdge(byte[] data, int from, int to) {
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      long differences = (long) LONGS.get(data, at) ^ EDGES;
      long zeros = (differences - ONES) & ~differences & (ONES << 7);
      if (zeros != 0) {
        return at + (Long.numberOfTrailingZeros(zeros) >>> 3);
      }
    }
    while (at < to && data[at] != EDGE) {
      at++;
    }
    return at;
  }

  /** The number eight hexadecimal digits stand for, all of them at once. */
  private static long eightDigits(byte[] data, int at) {
    long ascii = (long) LONGS.get(data, at);
    // A letter has bit 6 set and its low four bits are 9 too small.
    long nibbles = (ascii & (0x0F * ONES)) + 9 * ((ascii >>> 6) & ONES);
    // The first digit is in the lowest octet, and weighs most.
    long pairs = ((nibbles << 4) | (nibbles >>> 8)) & 0x00FF00FF00FF00FFL;
    long quads = ((pairs << 8) | (pairs >>> 16)) & 0x0000FFFF0000FFFFL;
    return ((quads << 16) | (quads >>> 32)) & 0xFFFFFFFFL;
  }

  private static void digits(byte[] target, int at, int count, long number) {
    long rest = number;
    for (int i = at + count - 1; i >= at; i--) {
      target[i] = DIGITS[(int) (rest & 0xF)];
      rest >>>= 4;
    }
  }
}
