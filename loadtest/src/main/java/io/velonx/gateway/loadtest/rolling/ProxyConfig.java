package io.velonx.gateway.loadtest.rolling;

import java.util.List;

/** A configuration of HAProxy as one would deploy it in front of a few nodes. */
final class ProxyConfig {
  /** Descriptors for both sides of every connection, and some for those who come back. */
  private static final int SPARE = 500;

  private ProxyConfig() {}

  static String of(int port, List<Integer> nodes, int clients) {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        global
          maxconn %d

        defaults
          mode http
          timeout connect 2s
          timeout client 60s
          timeout server 60s
          timeout http-request 10s
          # A busy node is slow, not gone.
          timeout check 5s
          # A WebSocket may be silent; the heartbeat of the gateway decides when it is dead.
          timeout tunnel 1h
          # Who is sent to a node that is going or gone is sent on to another.
          retries 3
          option redispatch 1
          retry-on conn-failure empty-response 503

        frontend websockets
          bind 127.0.0.1:%d
          default_backend gateways

        backend gateways
          balance leastconn
          # Sticky: who comes back comes to his node, while it is ready.
          cookie %s insert indirect nocache
          option httpchk GET /ready
          http-check expect status 200
          default-server check inter 500ms fall 2 rise 1
        """
            .formatted(clients + SPARE, port, ClientSocket.COOKIE));
    for (int i = 0; i < nodes.size(); i++) {
      text.append(
          "  server node-%d 127.0.0.1:%d cookie n%d%n".formatted(i + 1, nodes.get(i), i + 1));
    }
    return text.toString();
  }
}
