package io.velonx.gateway.gate;

import io.velonx.gateway.testing.Crowd;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Crowd} in a process of its own, so that only the node is in the heap that is counted.
 */
final class ForkedCrowd implements AutoCloseable {
  private static final String NO_ROOM = "-";

  private final Process process;

  private ForkedCrowd(Process process) {
    this.process = process;
  }

  /** As {@link Crowd#connect}; returns when everybody is there. */
  static ForkedCrowd connect(int port, int size, @Nullable String room, String header)
      throws IOException {
    Process process =
        new ProcessBuilder(
                List.of(
                    java(),
                    "-Xmx128m",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path", ""),
                    ForkedCrowd.class.getName(),
                    Integer.toString(port),
                    Integer.toString(size),
                    room == null ? NO_ROOM : room,
                    header))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    String line = output.readLine();
    if (!"connected".equals(line)) {
      process.destroyForcibly();
      throw new IOException("no crowd: " + line);
    }
    return new ForkedCrowd(process);
  }

  /** The program of the other process: connects, says so, and leaves when its input ends. */
  public static void main(String[] args) throws IOException {
    String room = args[2].equals(NO_ROOM) ? null : args[2];
    try (Crowd crowd =
        Crowd.connect(Integer.parseInt(args[0]), Integer.parseInt(args[1]), room, args[3])) {
      System.out.println("connected");
      // Nobody writes; the end of the input is the end of the test.
      int ended = System.in.read();
      System.err.println("crowd leaves received=" + crowd.receivedBytes() + " ended=" + ended);
    }
  }

  boolean isThere() {
    return process.isAlive();
  }

  static String java() {
    return Path.of(System.getProperty("java.home", ""), "bin", "java").toString();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
