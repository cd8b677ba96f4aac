package io.velonx.gateway.loadtest.compare;

/**
 * How long and how large loads are.
 *
 * @param settle how long idle connections are left alone before their memory is read
 * @param shrink what large numbers of connections are divided by
 */
record Size(String warmUp, String duration, String settle, int shrink, int repetitions) {
  static final Size FULL = new Size("2s", "5s", "3s", 1, 5);

  /** Shows that every cell can be filled; what stands in them means little. */
  static final Size QUICK = new Size("500ms", "1s", "500ms", 10, 1);

  /** Long enough for the JVM's compilers. */
  static final Size WARM = new Size("0s", "8s", "0s", 1, 1);

  Size withRepetitions(int repetitions) {
    return new Size(warmUp, duration, settle, shrink, repetitions);
  }

  /** In words, for those who read the figures. */
  String describe() {
    String length = duration + " each, after " + warmUp;
    return shrink == 1 ? length : length + "; 10,000 connections were " + 10_000 / shrink;
  }
}
