package io.velonx.gateway.loadtest.rolling;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A program that is started, ended and started again; what it prints is kept in a file.
 *
 * <p>Threading: one thread at a time. Ownership: its process, which does not outlive this JVM.
 */
final class ChildProcess implements AutoCloseable {
  private static final int TOLD_LINES = 15;

  private static final List<String> CONTRACT_VARIABLES =
      List.of(
          "PORT",
          "REDIS_URL",
          "NEXTAUTH_SECRET",
          "UPSTASH_REDIS_REST_URL",
          "UPSTASH_REDIS_REST_TOKEN",
          "JAVA_TOOL_OPTIONS");

  private final String name;
  private final List<String> command;
  private final Map<String, String> variables;
  private final Path log;
  private @Nullable Process process;

  ChildProcess(String name, List<String> command, Map<String, String> variables, Path folder) {
    this.name = name;
    this.command = List.copyOf(command);
    this.variables = Map.copyOf(variables);
    log = folder.resolve(name + ".log");
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /** Fails: {@link UncheckedIOException} when there is no such program. */
  void start() {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    // Nothing but what the run says is to decide what a node does.
    builder
        .environment()
        .keySet()
        .removeIf(key -> key.startsWith("GATEWAY_") || CONTRACT_VARIABLES.contains(key));
    builder.environment().putAll(variables);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isAlive() {
    Process running = process;
    return running != null && running.isAlive();
  }

  /** SIGTERM, and its end. Fails: {@link IllegalStateException} when it does not come in time. */
  void terminate(long withinSeconds) {
    Process running = process;
    if (running != null) {
      running.destroy();
      awaitEnd(running, withinSeconds);
    }
  }

  /** As {@code kill -9}. */
  void kill() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      awaitEnd(running, 10);
    }
  }

  @Override
  public void close() {
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
    }
  }

  /** A sentence and the last lines it printed. */
  IllegalStateException problem(String sentence) {
    String last = "";
    try {
      List<String> lines = Files.readAllLines(log);
      last =
          String.join("\n  ", lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
    } catch (IOException e) {
      // Then it has printed nothing.
    }
    return new IllegalStateException(name + " " + sentence + "\n  " + last);
  }

  private void awaitEnd(Process running, long withinSeconds) {
    try {
      if (!running.waitFor(withinSeconds, TimeUnit.SECONDS)) {
        throw problem("did not end within " + withinSeconds + " s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw problem("was not waited for");
    }
  }
}
