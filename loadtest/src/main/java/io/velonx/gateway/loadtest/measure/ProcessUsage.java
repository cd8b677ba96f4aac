package io.velonx.gateway.loadtest.measure;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Processor time and memory of processes and their children, as {@code /proc} tells them.
 *
 * <p>Fails: what cannot be read counts as nothing, so that a server of another user or system can
 * still be loaded.
 */
public final class ProcessUsage {
  /** What {@code sysconf(_SC_CLK_TCK)} says on every Linux there is. */
  private static final long MICROS_PER_TICK = 10_000;

  private static final int USER_TICKS = 11;
  private static final int SYSTEM_TICKS = 12;

  private final List<Long> pids;

  public ProcessUsage(Collection<Long> pids) {
    this.pids = List.copyOf(pids);
  }

  /** User and system time of all threads, those that ended included. */
  public long cpuMicros() {
    long ticks = 0;
    for (long pid : family()) {
      String stat = read(pid, "stat");
      // The name of the program may hold anything, but ends with the last parenthesis.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
      if (fields.length > SYSTEM_TICKS) {
        ticks += Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]);
      }
    }
    return ticks * MICROS_PER_TICK;
  }

  public long rssKib() {
    return family().stream().mapToLong(pid -> kib(read(pid, "status"), "VmRSS:")).sum();
  }

  /** Resident memory where what several processes share counts in parts. */
  public long pssKib() {
    return family().stream().mapToLong(pid -> kib(read(pid, "smaps_rollup"), "Pss:")).sum();
  }

  /** Whether there is somebody to look at. */
  public boolean isEmpty() {
    return pids.isEmpty();
  }

  /** Whether every process named is there. */
  public boolean isComplete() {
    return pids.stream().noneMatch(pid -> read(pid, "stat").isEmpty());
  }

  private Set<Long> family() {
    Set<Long> family = new LinkedHashSet<>();
    Deque<Long> open = new ArrayDeque<>(pids);
    while (!open.isEmpty()) {
      long pid = open.removeFirst();
      if (family.add(pid)) {
        for (String child : read(pid, "task/" + pid + "/children").split(" ", -1)) {
          if (!child.isBlank()) {
            open.add(Long.parseLong(child.strip()));
          }
        }
      }
    }
    return family;
  }

  private static long kib(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElse(0);
  }

  private static String read(long pid, String file) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/" + file), ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }
}
