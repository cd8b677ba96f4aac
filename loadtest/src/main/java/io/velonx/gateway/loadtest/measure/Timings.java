package io.velonx.gateway.loadtest.measure;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/** Histograms of nanoseconds, all of one shape, so that they can be added. */
public final class Timings {
  /** A microsecond is as fine as a client can tell. */
  private static final long LEAST_NANOS = 1_000;

  /** Whatever takes longer counts as this. */
  private static final long MOST_NANOS = 600_000_000_000L;

  private static final int DIGITS = 3;

  private Timings() {}

  public static Histogram histogram() {
    return new Histogram(LEAST_NANOS, MOST_NANOS, DIGITS);
  }

  /** Clocks of two processors may disagree by a little; nothing arrives before it was due. */
  static long clamp(long nanos) {
    return Math.max(0, Math.min(nanos, MOST_NANOS));
  }

  public static String encode(Histogram histogram) {
    ByteBuffer octets = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(octets);
    return Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(octets.array(), length));
  }

  /** Fails: {@link IllegalArgumentException}. */
  public static Histogram decode(String text) {
    try {
      return Histogram.decodeFromCompressedByteBuffer(
          ByteBuffer.wrap(Base64.getDecoder().decode(text)), LEAST_NANOS);
    } catch (DataFormatException e) {
      throw new IllegalArgumentException("no histogram: " + text, e);
    }
  }
}
