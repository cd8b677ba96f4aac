package io.velonx.gateway.loadtest.compare;

/** How long and how large loads are. */
record Size(String warmUp, String duration, int shrink, int repetitions) {
  static final Size FULL = new Size("2s", "5s", 1, 5);

  /** Shows that every cell can be filled; what stands in them means little. */
  static final Size QUICK = new Size("500ms", "1s", 10, 1);

  /** Long enough for the JVM's compilers. */
  static final Size WARM = new Size("0s", "8s", 1, 1);

  Size withRepetitions(int repetitions) {
    return new Size(warmUp, duration, shrink, repetitions);
  }
}
