package io.velonx.gateway.loadtest.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The processes this JVM started; none outlives it. Threading: any thread.
 *
 * <p>Ended by their handles, never by name, the last one first.
 */
final class Processes implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 5;

  private static final Set<String> REDIS_VARIABLES =
      Set.of(
          "REDIS_URL", "GATEWAY_REDIS_URL", "UPSTASH_REDIS_REST_URL", "UPSTASH_REDIS_REST_TOKEN");

  private final Deque<ProcessHandle> running = new ArrayDeque<>();

  Processes() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "end-processes"));
  }

  /** Output goes to the log. Fails: {@link IOException} when there is no such program. */
  synchronized ProcessHandle start(List<String> command, Map<String, String> variables, Path log)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    // Who gets a Redis is decided here, not by the shell this was started from.
    builder.environment().keySet().removeAll(REDIS_VARIABLES);
    builder.environment().putAll(variables);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    ProcessHandle process = builder.start().toHandle();
    running.push(process);
    return process;
  }

  synchronized void end(ProcessHandle process) {
    running.remove(process);
    // Asked before the parent is gone, which could not name them any more.
    List<ProcessHandle> family = process.descendants().toList();
    process.destroy();
    try {
      process.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    family.forEach(ProcessHandle::destroyForcibly);
  }

  @Override
  public synchronized void close() {
    while (!running.isEmpty()) {
      end(running.peek());
    }
  }
}
