package io.velonx.gateway.loadtest.measure;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the {@code jcmd} of this JDK says of the heap of another process, should that be a JVM.
 * Threading: any thread; blocks until the other JVM has answered. Fails: as if it were none.
 */
public final class JavaHeap {
  private static final long PATIENCE_SECONDS = 60;

  /** {@code 1: 56784 3634176 [B (java.base@17.0.15)}. */
  private static final Pattern ROW = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

  private JavaHeap() {}

  /**
   * Objects of a class.
   *
   * @param name as JVMs write it: {@code [B} is an array of bytes
   */
  public record HeapClass(String name, double instances, double bytes) {
    /** What came since that look, in equal shares. */
    HeapClass share(HeapClass before, int shares) {
      return new HeapClass(
          name, (instances - before.instances) / shares, (bytes - before.bytes) / shares);
    }
  }

  /** Has garbage collected, so that memory of the process is memory in use. */
  public static void collect(long pid) {
    jcmd(pid, "GC.run");
  }

  /** Live objects by class; empty for what is no JVM. */
  public static Map<String, HeapClass> classes(long pid) {
    Map<String, HeapClass> classes = new HashMap<>();
    for (String line : jcmd(pid, "GC.class_histogram")) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        classes.put(
            row.group(3),
            new HeapClass(
                row.group(3), Double.parseDouble(row.group(1)), Double.parseDouble(row.group(2))));
      }
    }
    return classes;
  }

  /** What each of {@code shares} brought between two looks, the largest first. */
  public static List<HeapClass> growth(
      Map<String, HeapClass> before, Map<String, HeapClass> after, int shares) {
    return after.values().stream()
        .map(
            there ->
                there.share(
                    before.getOrDefault(there.name(), new HeapClass(there.name(), 0, 0)), shares))
        .sorted(Comparator.comparingDouble(HeapClass::bytes).reversed())
        .toList();
  }

  /** To attach to a process is to send it a signal, which ends one that is no JVM. */
  private static boolean isJvm(long pid) throws IOException {
    return Files.readString(Path.of("/proc", Long.toString(pid), "maps")).contains("libjvm.");
  }

  private static List<String> jcmd(long pid, String command) {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    List<String> lines = new ArrayList<>();
    try {
      if (!isJvm(pid)) {
        return lines;
      }
      Process process =
          new ProcessBuilder(jcmd.toString(), Long.toString(pid), command)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (var out = process.inputReader(UTF_8)) {
        out.lines().forEach(lines::add);
      }
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException noProcessOrJcmd) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return lines;
  }
}
