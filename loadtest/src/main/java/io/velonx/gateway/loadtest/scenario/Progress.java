package io.velonx.gateway.loadtest.scenario;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Says what a run is doing: in place on a terminal, else a line now and then.
 *
 * <p>Threading: one thread.
 */
final class Progress {
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final PrintWriter out;
  private final boolean terminal;
  private final boolean quiet;
  private long spokenNanos = System.nanoTime() - LINE_NANOS;
  private boolean open;

  Progress(PrintWriter out, boolean terminal, boolean quiet) {
    this.out = out;
    this.terminal = terminal;
    this.quiet = quiet;
  }

  /** Whether standard error is one; a system that does not say so has none. */
  static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** A new phase: always said. */
  void say(String text) {
    spokenNanos = System.nanoTime();
    write(text);
  }

  /** The state of this phase: left out when something was said a moment ago. */
  void update(String text) {
    long now = System.nanoTime();
    if (terminal || now - spokenNanos >= LINE_NANOS) {
      spokenNanos = now;
      write(text);
    }
  }

  /** Leaves a clean line behind. */
  void end() {
    if (open) {
      out.print("\r\033[K");
      out.flush();
      open = false;
    }
  }

  private void write(String text) {
    if (quiet) {
      return;
    }
    if (terminal) {
      out.print("\r\033[K" + text);
      open = true;
    } else {
      out.println(text);
    }
    out.flush();
  }
}
