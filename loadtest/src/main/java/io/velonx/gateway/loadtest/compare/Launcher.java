package io.velonx.gateway.loadtest.compare;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts candidates, and the Redis some of them need. Threading: the main thread.
 *
 * <p>Every port is a free one, and the secret of the tokens lives as long as this object.
 */
final class Launcher implements Servers {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int CANNOT_RUN = 3;

  /** After a collection the heap is given back, and what stays is memory of the connections. */
  private static final String TIGHT_HEAP = "-XX:MinHeapFreeRatio=5 -XX:MaxHeapFreeRatio=10";

  private static final long POLL_MILLIS = 50;

  private final Path root;
  private final Path logs;
  private final @Nullable Integer serverCpu;
  private final Processes processes;
  private final String secret;
  private final Map<Candidate, Server> redis = new EnumMap<>(Candidate.class);

  /**
   * @param root of the sources, where {@code scripts} and {@code loadtest} are
   * @param logs a folder for what the servers print
   * @param serverCpu the one processor all servers share; null to leave that to the system
   */
  Launcher(Path root, Path logs, @Nullable Integer serverCpu, Processes processes) {
    this.root = root;
    this.logs = logs;
    this.serverCpu = serverCpu;
    this.processes = processes;
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    secret = HexFormat.of().formatHex(random);
  }

  @Override
  public String secret() {
    return secret;
  }

  @Override
  public Optional<String> obstacle(Candidate candidate) throws IOException, InterruptedException {
    if (candidate.usesRedis() && !isOnPath("redis-server")) {
      return Optional.of(
          candidate.spelling() + ": redis-server not installed; apt-get install redis-server");
    }
    if (candidate.isGateway()) {
      return Optional.empty();
    }
    Process check =
        new ProcessBuilder(peerScript(), "--check", candidate.spelling())
            .redirectErrorStream(true)
            .start();
    String says = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    int code = check.waitFor();
    if (code != 0 && code != CANNOT_RUN) {
      throw new IOException(peerScript() + " --check: code " + code + ", " + says);
    }
    return code == 0 ? Optional.empty() : Optional.of(says);
  }

  @Override
  public Server start(Candidate candidate) throws IOException, InterruptedException {
    return start(candidate, Map.of());
  }

  @Override
  public Server startForMemory(Candidate candidate) throws IOException, InterruptedException {
    return start(
        candidate,
        candidate.runsOnJvm()
            ? Map.of("GATEWAY_JAVA_OPTS", TIGHT_HEAP, "PEER_JAVA_OPTS", TIGHT_HEAP)
            : Map.of());
  }

  private Server start(Candidate candidate, Map<String, String> more)
      throws IOException, InterruptedException {
    Map<String, String> variables = new HashMap<>(more);
    int port = freePort();
    int adminPort = freePort();
    variables.put("PORT", Integer.toString(port));
    variables.put("TOKEN_SECRET", secret);
    List<String> command = new ArrayList<>();
    if (serverCpu != null) {
      command.addAll(List.of("taskset", "-c", serverCpu.toString()));
    }
    if (candidate.isGateway()) {
      command.addAll(gateway(port, adminPort));
      if (candidate == Candidate.GATEWAY_IO_URING) {
        command.addAll(List.of("--listen-transport", "io_uring"));
      }
      variables.put("NEXTAUTH_SECRET", secret);
      // The JDK that was chosen for the peers, not the newest one around.
      variables.put("GATEWAY_JAVA_HOME", System.getProperty("java.home"));
    } else {
      command.addAll(List.of(peerScript(), candidate.spelling()));
      variables.put("JAVA_HOME", System.getProperty("java.home"));
    }
    if (candidate.usesRedis()) {
      String url = redis(candidate).url("redis");
      variables.put("REDIS_URL", url);
      if (candidate.isGateway()) {
        command.addAll(List.of("--redis-url", url));
      }
    }
    Server server = launch(candidate.spelling(), command, variables, port, adminPort);
    await(server, candidate.isGateway() ? () -> isReady(server) : () -> isListening(port));
    return server;
  }

  @Override
  public void stop(Server server) {
    processes.end(server.process());
  }

  @Override
  public Server redis(Candidate candidate) throws IOException, InterruptedException {
    Server known = redis.get(candidate);
    if (known != null) {
      return known;
    }
    int port = freePort();
    List<String> command =
        List.of(
            "redis-server",
            "--port",
            Integer.toString(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no");
    Server started = launch("redis-" + candidate.spelling(), command, Map.of(), port, port);
    await(started, () -> isListening(port));
    redis.put(candidate, started);
    return started;
  }

  private List<String> gateway(int port, int adminPort) {
    return List.of(
        root.resolve("scripts/gateway").toString(),
        "run",
        "--listen-host",
        "127.0.0.1",
        "--listen-port",
        Integer.toString(port),
        "--admin-port",
        Integer.toString(adminPort),
        "--listen-event-loops",
        "1",
        // A load comes from few addresses, and faster than people type.
        "--limits-connections-per-address",
        "0",
        "--limits-accepts-per-second",
        "0",
        "--limits-commands",
        "0",
        // No peer asks a Redis whether somebody may come in.
        "--limits-connections-per-user",
        "0",
        "--limits-publishing",
        "0",
        "--limits-event-loop-lag",
        "0ms");
  }

  private Server launch(
      String name, List<String> command, Map<String, String> variables, int port, int adminPort)
      throws IOException {
    Path log = logs.resolve(name + "-" + port + ".log");
    Files.createDirectories(logs);
    return new Server(processes.start(command, variables, log), log, port, adminPort);
  }

  private void await(Server server, BooleanSupplier condition)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (!server.process().isAlive() || System.nanoTime() > end) {
        processes.end(server.process());
        throw new IOException("does not start; its log is " + server.log());
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  private String peerScript() {
    return root.resolve("loadtest/peers/start").toString();
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isReady(Server server) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(server.url("http") + "/ready")).build();
    try {
      return HttpClient.newHttpClient()
              .send(request, HttpResponse.BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isOnPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }
}
