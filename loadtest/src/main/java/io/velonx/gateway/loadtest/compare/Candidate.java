package io.velonx.gateway.loadtest.compare;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Something that is compared: the gateway, over two transports and with two ways of publishing, and
 * its peers.
 */
enum Candidate {
  GATEWAY("Redis PUBLISH", "JWT, subscribe", true, true),
  GATEWAY_IO_URING("Redis PUBLISH", "JWT, subscribe", true, true),
  GATEWAY_LOCAL("HTTP", "JWT, subscribe", false, true),
  NODE_WS("Redis PUBLISH", "JWT, subscribe", true, false),
  SOCKETIO("client event, Redis adapter", "JWT, subscribe", true, false),
  NETTY_SOCKETIO("client event", "JWT, subscribe", false, true),
  VERTX("client message", "JWT, subscribe", false, true),
  NCHAN("HTTP", "none", false, false),
  NATS("client PUB", "none, subscribe", false, false),
  MOSQUITTO("client PUBLISH", "none, subscribe", false, false),
  UWEBSOCKETS("client message", "none, subscribe", false, false);

  private final String publishing;
  private final String handshake;
  private final boolean usesRedis;
  private final boolean runsOnJvm;

  Candidate(String publishing, String handshake, boolean usesRedis, boolean runsOnJvm) {
    this.publishing = publishing;
    this.handshake = handshake;
    this.usesRedis = usesRedis;
    this.runsOnJvm = runsOnJvm;
  }

  /** Fails: {@link IllegalArgumentException} that names the known ones. */
  static Candidate named(String name) {
    return Arrays.stream(values())
        .filter(candidate -> candidate.spelling().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "peer: "
                        + name
                        + Arrays.stream(values())
                            .map(Candidate::spelling)
                            .collect(Collectors.joining(", ", " (expected: ", ")"))));
  }

  static List<Candidate> all() {
    return List.of(values());
  }

  String spelling() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** How publications come in. */
  String publishing() {
    return publishing;
  }

  /** What a connection goes through before it counts. */
  String handshake() {
    return handshake;
  }

  boolean usesRedis() {
    return usesRedis;
  }

  /** Whether it gets faster by running, so that it is warmed up first. */
  boolean runsOnJvm() {
    return runsOnJvm;
  }

  boolean isGateway() {
    return this == GATEWAY || this == GATEWAY_IO_URING || this == GATEWAY_LOCAL;
  }
}
