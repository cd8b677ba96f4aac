package io.velonx.gateway.loadtest.compare;

import org.jspecify.annotations.Nullable;

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

  /** Long enough for a JVM's compilers, unless this is only about whether everything runs. */
  Size toWarm(Scenario scenario) {
    return shrink > 1 ? this : new Size("0s", scenario.timeToWarm(), settle, shrink, repetitions);
  }

  Size withRepetitions(int repetitions) {
    return new Size(warmUp, duration, settle, shrink, repetitions);
  }

  /** With other times; null leaves one as it is. */
  Size withTimes(@Nullable String otherWarmUp, @Nullable String otherDuration) {
    return new Size(
        otherWarmUp == null ? warmUp : otherWarmUp,
        otherDuration == null ? duration : otherDuration,
        settle,
        shrink,
        repetitions);
  }

  /** In words, for those who read the figures. */
  String describe() {
    String length = duration + " each, after " + warmUp;
    return shrink == 1 ? length : length + "; 10,000 connections were " + 10_000 / shrink;
  }
}
