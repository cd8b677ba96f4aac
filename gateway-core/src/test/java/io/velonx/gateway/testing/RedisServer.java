package io.velonx.gateway.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import redis.embedded.RedisExecProvider;

/**
 * A real Redis for tests: the one named by {@code REDIS_URL} if that is set, else a process of its
 * own on a free port of 127.0.0.1, without persistence.
 *
 * <p>A Redis named by {@code REDIS_URL} is flushed whenever a test takes it, so it must belong to
 * the tests; topics are not confined to a database, so only one build may use it at a time. Tests
 * that kill or restart their Redis ask {@link #isOwnProcess} first.
 *
 * <p>Threading: one thread at a time.
 */
public final class RedisServer implements AutoCloseable {
  private static final String EXTERNAL_URL = "REDIS_URL";

  private final String url;
  private final int port;
  private @Nullable Process process;

  private RedisServer(String url, int port) {
    this.url = url;
    this.port = port;
  }

  /** A running, empty Redis. */
  public static RedisServer start() {
    String external = System.getenv(EXTERNAL_URL);
    if (external != null && !external.isBlank()) {
      RedisServer server = new RedisServer(external, -1);
      server.flushAll();
      return server;
    }
    RedisServer server = prepare();
    server.restart();
    return server;
  }

  /** A Redis process that does not run before {@link #restart}. */
  public static RedisServer prepare() {
    int port = freePort();
    return new RedisServer("redis://127.0.0.1:" + port, port);
  }

  /** Whether this Redis may be killed and restarted: it is ours alone. */
  public boolean isOwnProcess() {
    return port > 0;
  }

  public String url() {
    return url;
  }

  /** A new connection to it. */
  public RedisClient connect() {
    return RedisClient.connect(url);
  }

  /** Starts it on the port it always has, with nothing in it. */
  public void restart() {
    requireOwnProcess();
    try {
      Process started =
          new ProcessBuilder(command())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      // A build that is interrupted leaves nothing running.
      Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
      process = started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Awaitility.await()
        .atMost(20, TimeUnit.SECONDS)
        .pollDelay(0, TimeUnit.MILLISECONDS)
        .pollInterval(5, TimeUnit.MILLISECONDS)
        .ignoreExceptions()
        .until(this::answers);
  }

  /** Ends it like {@code kill -9}. */
  public void kill() {
    requireOwnProcess();
    Process running = process;
    if (running != null) {
      running.destroyForcibly();
      try {
        if (!running.waitFor(10, TimeUnit.SECONDS)) {
          throw new IllegalStateException(new TimeoutException("redis does not end"));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
      process = null;
    }
  }

  /** Stops it like a machine that hangs: connections stay, and nothing is answered. */
  public void pause() {
    signal("STOP");
  }

  /** Lets it go on, with what it was sent meanwhile. */
  public void resume() {
    signal("CONT");
  }

  /** Cuts every connection that listens to topics. */
  public void killSubscribers() {
    try (RedisClient client = connect()) {
      client.call("CLIENT", "KILL", "TYPE", "pubsub");
    }
  }

  /** Forgets all data; connections stay. */
  public void flushAll() {
    try (RedisClient client = connect()) {
      client.call("FLUSHALL");
    }
  }

  @Override
  public void close() {
    if (isOwnProcess()) {
      kill();
    }
  }

  private void signal(String name) {
    requireOwnProcess();
    Process running = process;
    if (running == null) {
      throw new IllegalStateException("redis does not run");
    }
    try {
      Process kill = new ProcessBuilder("kill", "-" + name, "" + running.pid()).start();
      if (kill.waitFor() != 0) {
        throw new IllegalStateException("kill -" + name + " failed");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private boolean answers() {
    try (RedisClient client = connect()) {
      return "PONG".equals(client.call("PING"));
    }
  }

  private void requireOwnProcess() {
    if (!isOwnProcess()) {
      throw new IllegalStateException("this Redis is not ours to start or kill");
    }
  }

  private List<String> command() throws IOException {
    String executable = Executable.INSTANCE.get().getAbsolutePath();
    return List.of(
        executable, "--port", "" + port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no");
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The program, unpacked once per test JVM. */
  private static final class Executable {
    static final RedisExecProvider INSTANCE = RedisExecProvider.defaultProvider();
  }
}
