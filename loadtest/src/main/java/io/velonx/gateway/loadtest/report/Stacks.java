package io.velonx.gateway.loadtest.report;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Stacks of a profiler, folded into one tree: lines {@code outer;inner;innermost COUNT}. Threading:
 * one thread.
 */
final class Stacks {
  /** A place in a call tree, with the samples seen there or further in. */
  static final class Frame {
    private final String name;
    private final Map<String, Frame> inner = new TreeMap<>();
    private long samples;
    private long ownSamples;

    private Frame(String name) {
      this.name = name;
    }

    String name() {
      return name;
    }

    long samples() {
      return samples;
    }

    Collection<Frame> inner() {
      return inner.values();
    }
  }

  private final Frame root = new Frame("all");

  private Stacks() {}

  /** Lines without a count at the end are passed over. */
  static Stacks parse(String text) {
    Stacks stacks = new Stacks();
    text.lines().forEach(stacks::add);
    return stacks;
  }

  Frame root() {
    return root;
  }

  /** Samples by the frame they were taken in, most of them first. */
  Map<String, Long> innermost(int limit) {
    Map<String, Long> all = new TreeMap<>();
    collect(root, all);
    Map<String, Long> most = new LinkedHashMap<>();
    all.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .limit(limit)
        .forEach(entry -> most.put(entry.getKey(), entry.getValue()));
    return most;
  }

  private void add(String line) {
    int space = line.lastIndexOf(' ');
    long samples = space < 0 ? 0 : count(line.substring(space + 1));
    if (samples <= 0) {
      return;
    }
    Frame frame = root;
    frame.samples += samples;
    int start = 0;
    while (start < space) {
      int semicolon = line.indexOf(';', start);
      int end = semicolon < 0 || semicolon > space ? space : semicolon;
      frame = frame.inner.computeIfAbsent(line.substring(start, end), Frame::new);
      frame.samples += samples;
      start = end + 1;
    }
    frame.ownSamples += samples;
  }

  private static long count(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static void collect(Frame frame, Map<String, Long> all) {
    if (frame.ownSamples > 0) {
      all.merge(frame.name, frame.ownSamples, Long::sum);
    }
    frame.inner.values().forEach(inner -> collect(inner, all));
  }
}
