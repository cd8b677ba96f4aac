package io.velonx.gateway.gate;

import java.lang.management.ManagementFactory;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.ObjectName;

/** The live objects of this process by class, after a full collection, as the JVM tells them. */
record Histogram(String text) {
  private static final Pattern LINE =
      Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+)( \\(.*\\))?");

  /** The heap now. */
  static Histogram take() {
    try {
      return new Histogram(
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName("com.sun.management:type=DiagnosticCommand"),
                      "gcClassHistogram",
                      new Object[] {new String[0]},
                      new String[] {String[].class.getName()}));
    } catch (JMException e) {
      throw new AssertionError("this JVM tells no histogram", e);
    }
  }

  /** What was added since then, for each of so many. */
  Growth since(Histogram before, int members) {
    Map<String, Count> added = counts();
    before
        .counts()
        .forEach(
            (name, count) ->
                added.merge(name, new Count(-count.instances, -count.bytes), Count::plus));
    // The earlier histogram itself.
    added.merge("[B", new Count(-1, -before.text.length()), Count::plus);
    return new Growth(added, members);
  }

  private Map<String, Count> counts() {
    Map<String, Count> counts = new TreeMap<>();
    for (String line : text.split("\n", -1)) {
      Matcher match = LINE.matcher(line);
      if (match.matches()) {
        Count count = new Count(Long.parseLong(match.group(1)), Long.parseLong(match.group(2)));
        counts.merge(match.group(3), count, Count::plus);
      }
    }
    return counts;
  }

  /** The objects added by so many members, by class. */
  record Growth(Map<String, Count> byClass, int members) {
    long bytesEach() {
      return byClass.values().stream().mapToLong(Count::bytes).sum() / members;
    }

    /** Classes with at least one byte for each member, the dearest first. */
    String table() {
      return byClass.entrySet().stream()
          .filter(entry -> Math.abs(entry.getValue().bytes) >= members)
          .sorted(Comparator.comparingLong(entry -> -entry.getValue().bytes))
          .map(
              entry ->
                  String.format(
                      Locale.ROOT,
                      "%8.1f bytes %6.2f instances  %s",
                      (double) entry.getValue().bytes / members,
                      (double) entry.getValue().instances / members,
                      entry.getKey()))
          .collect(Collectors.joining("\n"));
    }
  }

  record Count(long instances, long bytes) {
    Count plus(Count other) {
      return new Count(instances + other.instances, bytes + other.bytes);
    }
  }
}
