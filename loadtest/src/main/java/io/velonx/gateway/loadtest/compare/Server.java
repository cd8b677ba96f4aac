package io.velonx.gateway.loadtest.compare;

import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A server that listens. Threading: any thread. */
record Server(ProcessHandle process, Path log, int port, int adminPort) {
  String url(String scheme) {
    return scheme + "://127.0.0.1:" + port;
  }

  String adminUrl() {
    return "http://127.0.0.1:" + adminPort;
  }

  /** Ids of the process and of those it started, such as workers. */
  String pids() {
    return Stream.concat(Stream.of(process), process.descendants())
        .map(handle -> Long.toString(handle.pid()))
        .collect(Collectors.joining(","));
  }
}
