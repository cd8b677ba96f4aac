package io.velonx.gateway.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.backplane.BackplaneHealth;
import io.velonx.gateway.connection.ConnectionStats;
import io.velonx.gateway.pipeline.HttpAnswer;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The health check of the platform: counts of this node, and whether Redis is there. A Redis that
 * is down is told in the body; the answer is still 200, because this node works.
 */
final class HealthReport {
  private static final Logger log = LoggerFactory.getLogger(HealthReport.class);

  /** Always with milliseconds, like {@code Date.toISOString()}. */
  private static final DateTimeFormatter TIMESTAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final Clock clock;

  HealthReport(Clock clock) {
    this.clock = clock;
  }

  /** Fails: never; a failure of ours is a 500 of the agreed shape. */
  HttpAnswer of(NodeStatus node) {
    try {
      return Json.answer(200, healthy(node));
    } catch (RuntimeException e) {
      log.error("health check failed", e);
      return failed();
    }
  }

  static HttpAnswer failed() {
    ObjectNode body = Json.object().put("success", false);
    body.putObject("error")
        .put("code", "HEALTH_CHECK_FAILED")
        .put("message", "Failed to retrieve WebSocket health status");
    return Json.answer(500, body);
  }

  private ObjectNode healthy(NodeStatus node) {
    ConnectionStats connections = node.connections();
    BackplaneHealth backplane = node.backplane();
    ObjectNode body = Json.object().put("success", true);
    ObjectNode data = body.putObject("data");
    ObjectNode websocket =
        data.putObject("websocket")
            .put("totalConnections", connections.totalConnections())
            .put("uniqueUsers", connections.uniqueUsers());
    putNumber(websocket, "averageConnectionsPerUser", connections.averageConnectionsPerUser());
    websocket.put("isHealthy", true);
    data.putObject("pubsub")
        .put("isHealthy", backplane.isHealthy())
        .put("publisherConnected", backplane.publisherConnected())
        .put("subscriberConnected", backplane.subscriberConnected())
        .put("subscribedChannels", node.channels())
        .put("totalSubscriptions", node.subscriptions());
    data.put("timestamp", TIMESTAMP.format(clock.instant()));
    return body;
  }

  /** As JavaScript writes it: 2 and not 2.0. */
  private static void putNumber(ObjectNode target, String name, double value) {
    if (value == Math.rint(value)) {
      target.put(name, (long) value);
    } else {
      target.put(name, value);
    }
  }
}
