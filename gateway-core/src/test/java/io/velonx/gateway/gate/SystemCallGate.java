package io.velonx.gateway.gate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The system calls of an event loop for a delivery, an answer and a connection, as {@code strace}
 * sees them in a {@link SystemCallScenario}. Skipped where strace is missing or not allowed.
 */
@InGateJvm
class SystemCallGate {
  private static final Set<String> WRITES =
      Set.of("write", "writev", "sendto", "sendmsg", "sendmmsg");
  private static final Set<String> READS = Set.of("readv", "recvfrom", "recvmsg", "recvmmsg");
  private static final Set<String> WAITS = Set.of("epoll_wait", "epoll_pwait", "epoll_pwait2");

  /** Accepting, the options, the addresses, the registration, one read and one write. */
  private static final Set<String> CONNECTING =
      Set.of(
          "accept4", "accept", "setsockopt", "getsockopt", "getsockname", "getpeername", "fcntl");

  private static final Pattern CALL = Pattern.compile("\\d+<gateway-loop[^>]*> +(\\w+)\\((.*)");

  @TempDir private static Path folder;

  /** The calls of the event loop by name, for each thing the scenario does. */
  private static final Map<String, Map<String, Integer>> CALLS = new TreeMap<>();

  @BeforeAll
  static void watch() throws IOException, InterruptedException {
    Path log = folder.resolve("calls");
    Path output = folder.resolve("output");
    assumeTrue(isInstalled("strace"), "SKIPPED, because strace is not installed");
    Process process =
        new ProcessBuilder(
                List.of(
                    "strace",
                    "-f",
                    "-Y",
                    "--seccomp-bpf",
                    "-o",
                    log.toString(),
                    "-e",
                    "trace=%net,%desc,%file",
                    ForkedCrowd.java(),
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path", ""),
                    SystemCallScenario.class.getName()))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(90, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    String phase = "start";
    for (String line : Files.readAllLines(log)) {
      Matcher call = CALL.matcher(line);
      if (call.matches()) {
        int mark = call.group(2).indexOf(SystemCallScenario.MARK);
        if (mark >= 0) {
          String name = call.group(2).substring(mark + SystemCallScenario.MARK.length());
          phase = name.substring(0, name.indexOf('"'));
        } else {
          CALLS
              .computeIfAbsent(phase, fresh -> new TreeMap<>())
              .merge(call.group(1), 1, Math::addExact);
        }
      }
    }
    assumeTrue(
        !Files.readString(output, UTF_8).contains("PTRACE"),
        "SKIPPED, because strace may not trace");
    assertTrue(phase.equals("end"), () -> "the scenario did not end: " + CALLS);
  }

  @Test
  void deliveryIsOneWrite() {
    assertEquals(
        SystemCallScenario.PUBLICATIONS * SystemCallScenario.SUBSCRIBERS,
        count("publications", WRITES));
  }

  /** 64 of them stay below the frames and the bytes that leave together. */
  @Test
  void whatIsQueuedIsOneWriteForEachSubscriber() {
    assertEquals(SystemCallScenario.SUBSCRIBERS, count("queued", WRITES));
  }

  @Test
  void answerIsOneReadAndOneWrite() {
    assertEquals(SystemCallScenario.PINGS, count("pings", WRITES));
    assertEquals(SystemCallScenario.PINGS, count("pings", READS));
    // Timers wake the loop now and then.
    assertTrue(count("pings", WAITS) <= SystemCallScenario.PINGS * 3 / 2, () -> "" + CALLS);
  }

  @Test
  void connectionIsTenCalls() {
    Map<String, Integer> calls = CALLS.getOrDefault("upgrades", Map.of());
    int total =
        count("upgrades", Set.of("epoll_ctl"))
            + count("upgrades", CONNECTING)
            + count("upgrades", READS)
            + count("upgrades", WRITES);
    assertTrue(total <= 10 * SystemCallScenario.UPGRADES, () -> "" + calls);
  }

  private static int count(String phase, Collection<String> names) {
    Map<String, Integer> calls = CALLS.getOrDefault(phase, Map.of());
    return names.stream().mapToInt(name -> calls.getOrDefault(name, 0)).sum();
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }
}
