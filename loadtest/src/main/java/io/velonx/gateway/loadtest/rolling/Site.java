package io.velonx.gateway.loadtest.rolling;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Everything that serves: a Redis that keeps its data, nodes, and a proxy in front of them.
 *
 * <p>Threading: one thread at a time. Ownership: its processes.
 */
final class Site implements AutoCloseable {
  static final String PATH = "/api/community/ws";

  /** Seconds, or minutes on a machine that does other things as well. */
  private static final long START_MILLIS = 180_000;

  /** What a node takes at most, and something for a busy machine. */
  private static final long STOP_SECONDS = 40;

  private final RollingPlan plan;
  private final int redisPort;
  private final ChildProcess redis;
  private final List<Node> nodes = new ArrayList<>();
  private final int proxyPort;
  private final ChildProcess proxy;

  Site(RollingPlan plan, String secret, Path folder) throws IOException {
    this.plan = plan;
    Ports ports = new Ports();
    redisPort = ports.free();
    redis = new ChildProcess("redis", redisCommand(folder), Map.of(), folder);
    for (int i = 1; i <= plan.nodes(); i++) {
      nodes.add(node("node-" + i, ports.free(), ports.free(), secret, folder));
    }
    proxyPort = ports.free();
    Path configuration = folder.resolve("haproxy.cfg");
    List<Integer> servers = nodes.stream().map(Node::port).toList();
    Files.writeString(configuration, ProxyConfig.of(proxyPort, servers, plan.clients()));
    proxy =
        new ChildProcess(
            "haproxy",
            List.of(plan.proxy(), "-db", "-f", configuration.toString()),
            Map.of(),
            folder);
  }

  /** Starts all of it. Fails: {@link IllegalStateException} when a part does not come up. */
  void start() {
    startRedis();
    nodes.forEach(node -> node.process.start());
    nodes.forEach(Site::awaitReady);
    if (!plan.proxy().isEmpty()) {
      proxy.start();
      if (!Probe.await(START_MILLIS, () -> Probe.isReady(proxyPort) || !proxy.isAlive())
          || !proxy.isAlive()) {
        throw proxy.problem("is not there");
      }
    }
  }

  /** Where clients connect to: the proxy, or every node. */
  List<Integer> clientPorts() {
    return plan.proxy().isEmpty() ? nodes.stream().map(Node::port).toList() : List.of(proxyPort);
  }

  List<Integer> adminPorts() {
    return nodes.stream().map(Node::adminPort).toList();
  }

  /** SIGTERM, its end, and a new process in its place. */
  void restart(int node) {
    nodes.get(node).process.terminate(STOP_SECONDS);
    nodes.get(node).process.start();
    awaitReady(nodes.get(node));
  }

  /** SIGKILL, and a new process in its place. */
  void kill(int node) {
    nodes.get(node).process.kill();
    nodes.get(node).process.start();
    awaitReady(nodes.get(node));
  }

  /** Ends Redis, and starts it with the data it had. */
  void restartRedis() {
    redis.terminate(STOP_SECONDS);
    Probe.pause(plan.outageMillis());
    startRedis();
    nodes.forEach(Site::awaitReady);
  }

  @Override
  public void close() {
    proxy.close();
    nodes.forEach(node -> node.process.close());
    redis.close();
  }

  private void startRedis() {
    redis.start();
    if (!Probe.await(START_MILLIS, () -> Probe.accepts(redisPort) || !redis.isAlive())
        || !redis.isAlive()) {
      throw redis.problem("is not there");
    }
  }

  private static void awaitReady(Node node) {
    if (!Probe.await(START_MILLIS, () -> Probe.isReady(node.port) || !node.process.isAlive())
        || !node.process.isAlive()) {
      throw node.process.problem("is not ready");
    }
  }

  private List<String> redisCommand(Path folder) {
    return List.of(
        plan.redis(),
        "--port",
        "" + redisPort,
        "--bind",
        "127.0.0.1",
        "--dir",
        folder.toString(),
        "--save",
        "",
        "--appendonly",
        "yes",
        "--appendfsync",
        "always");
  }

  private Node node(String name, int port, int adminPort, String secret, Path folder) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(plan.javaFlags());
    command.addAll(List.of("-jar", plan.jar().toString(), "run"));
    command.addAll(List.of("--listen-host", "127.0.0.1", "--listen-port", "" + port));
    // All clients come from one address.
    command.addAll(List.of("--limits-connections-per-address", "0"));
    command.addAll(List.of("--admin-port", "" + adminPort, "--node-name", name));
    command.addAll(List.of("--redis-url", "redis://127.0.0.1:" + redisPort));
    // More than is published while anything may be away.
    command.addAll(List.of("--history-keep", "1000/1h"));
    Map<String, String> variables = Map.of("GATEWAY_TOKEN_SECRET", secret);
    return new Node(port, adminPort, new ChildProcess(name, command, variables, folder));
  }

  private record Node(int port, int adminPort, ChildProcess process) {}
}
