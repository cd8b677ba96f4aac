package io.velonx.gateway.loadtest.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of the load test, for one load of one candidate. Threading: one thread. */
final class Instructions {
  private final Servers servers;
  private final Path root;

  Instructions(Servers servers, Path root) {
    this.servers = servers;
    this.root = root;
  }

  List<String> of(Plan.Run run, Server server, Size size) throws IOException, InterruptedException {
    Candidate candidate = run.candidate();
    List<String> arguments = new ArrayList<>(run.scenario().arguments(size.shrink()));
    arguments.addAll(List.of("--url", server.url("ws"), "--server-pid", server.pids()));
    arguments.addAll(List.of("--warm-up", size.warmUp(), "--duration", size.duration()));
    if (run.scenario().needsFreshServer()) {
      arguments.addAll(List.of("--settle", size.settle()));
    }
    arguments.addAll(List.of("--label", candidate.spelling()));
    arguments.addAll(List.of("--token-secret", servers.secret()));
    if (!candidate.isGateway()) {
      Path dialect = root.resolve("loadtest/peers/" + candidate.spelling() + "/dialect");
      arguments.addAll(List.of("--dialect", dialect.toString()));
    }
    if (candidate.usesRedis()) {
      Server redis = servers.redis(candidate);
      arguments.addAll(List.of("--aux-pid", redis.pids()));
    }
    switch (candidate) {
      case GATEWAY, GATEWAY_IO_URING, NODE_WS ->
          arguments.addAll(
              List.of(
                  "--publisher", "redis", "--publish-url", servers.redis(candidate).url("redis")));
      case GATEWAY_LOCAL -> arguments.addAll(http(server.adminUrl()));
      case NCHAN -> arguments.addAll(http(server.url("http")));
      case SOCKETIO, NETTY_SOCKETIO, VERTX, NATS, MOSQUITTO, UWEBSOCKETS ->
          arguments.addAll(List.of("--publisher", "ws"));
    }
    return arguments;
  }

  /** One request at a time on a connection, so one connection could not keep a server busy. */
  private static List<String> http(String url) {
    return List.of("--publisher", "http", "--publish-url", url, "--publishers", "16");
  }
}
