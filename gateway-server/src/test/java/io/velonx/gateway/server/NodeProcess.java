package io.velonx.gateway.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The packed jar as a process of its own, on ports the system chooses. Threading: one test thread;
 * the output is collected behind it.
 */
final class NodeProcess implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Pattern STARTED =
      Pattern.compile(".*\\bstarted node=.*\\bport=(\\d+) adminPort=(\\d+) .*");

  private final Process process;
  private final Thread reader;
  private final List<String> output = new CopyOnWriteArrayList<>();

  private NodeProcess(Process process) {
    this.process = process;
    reader = new Thread(this::collect, "output of node " + process.pid());
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts it with these variables beside the usual ones, and these words. */
  static NodeProcess launch(Map<String, String> variables, String... words) throws IOException {
    Path jar =
        Path.of(Objects.requireNonNull(System.getProperty("gateway.jar"), "set by the build"));
    if (!Files.exists(jar)) {
      throw new IOException(jar + " is missing: run this through mvn verify");
    }
    List<String> command = new ArrayList<>(resetOfSignals());
    command.add(Path.of(System.getProperty("java.home", ""), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    // What a node that is killed leaves behind goes with the rest of the build.
    Path scratch = Files.createDirectories(jar.resolveSibling("scratch"));
    command.add("-Djava.io.tmpdir=" + scratch);
    if (Runtime.version().feature() >= 24) {
      // As scripts/gateway does; otherwise the JVM warns between the lines of the log.
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-jar", jar.toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .keySet()
        .removeIf(
            name ->
                name.startsWith("GATEWAY_")
                    || name.startsWith("UPSTASH_")
                    || List.of("PORT", "NEXTAUTH_SECRET", "REDIS_URL", "JAVA_TOOL_OPTIONS")
                        .contains(name));
    builder.environment().putAll(variables);
    return new NodeProcess(builder.start());
  }

  /** Starts a node and waits until it serves. */
  static NodeProcess start(Map<String, String> variables, String... words) throws IOException {
    NodeProcess node = launch(variables, words);
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> node.find(STARTED) != null || !node.process.isAlive());
      Objects.requireNonNull(node.find(STARTED), () -> "did not start: " + node.output);
      return node;
    } catch (RuntimeException e) {
      node.close();
      throw e;
    }
  }

  int port() {
    return Integer.parseInt(started().group(1));
  }

  int adminPort() {
    return Integer.parseInt(started().group(2));
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Everything printed so far. */
  String output() {
    return String.join("\n", output);
  }

  /** Sends a signal, as {@code TERM}. */
  void signal(String name) throws IOException, InterruptedException {
    RequiredTool.require("kill");
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).inheritIO().start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill -" + name + " failed");
    }
  }

  /** Waits for its end. Fails: {@link AssertionError} when it goes on. */
  int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("still running: " + output());
    }
    reader.join(PATIENCE.toMillis());
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private Matcher started() {
    return Objects.requireNonNull(find(STARTED), "not started");
  }

  private @Nullable Matcher find(Pattern line) {
    for (String text : output) {
      Matcher matcher = line.matcher(text);
      if (matcher.matches()) {
        return matcher;
      }
    }
    return null;
  }

  private void collect() {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        output.add(line);
      }
    } catch (IOException ended) {
      // So has the process.
    }
  }

  /**
   * A build that runs in the background of a shell ignores SIGINT, and so would everything it
   * starts; GNU env can undo that.
   */
  private static List<String> resetOfSignals() throws IOException {
    List<String> command = List.of("env", "--default-signal=INT,TERM");
    List<String> trial = new ArrayList<>(command);
    trial.add("true");
    try {
      Process env =
          new ProcessBuilder(trial)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return env.waitFor() == 0 ? command : List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
