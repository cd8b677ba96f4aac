package io.velonx.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.limit.LimitConfig;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node refuses, at the wire; after each, a fresh connection works. */
@Timeout(60)
class LimitsIT {
  private TestNode node = TestNode.start(settings -> settings);

  @AfterEach
  void freshConnectionWorks() {
    try (WsClient fresh = node.open("fresh")) {
      fresh.command("{'type':'PING'}");
      fresh.expect("PONG");
    } finally {
      node.close();
    }
  }

  @Test
  void commandsBeyondTheRateAreRefusedAndSayWhenToComeBack() {
    start(limits -> limits.commands(new Rate(1, 5)));
    try (WsClient client = node.open("anna")) {
      for (int i = 0; i < 5; i++) {
        client.command("{'type':'PING'}");
        client.expect("PONG");
      }
      client.command("{'type':'SUBSCRIBE','id':'7','payload':{'roomId':'a'}}");
      JsonNode error = client.expect("ERROR");
      assertEquals("7", error.path("id").asText());
      JsonNode payload = error.path("payload");
      assertEquals("RATE_LIMITED", payload.path("code").asText());
      assertEquals(
          "commands of one connection: at most 1 a second, 5 at once",
          payload.path("error").asText());
      assertTrue(payload.path("retryable").asBoolean());
      long wait = payload.path("retryAfterMillis").asLong();
      assertTrue(wait > 0 && wait <= 1001, payload.toString());
      assertEquals(1, count("gateway.commands.refused.RATE_LIMITED"));
      // Others are not concerned.
      try (WsClient other = node.open("anna")) {
        other.command("{'type':'PING'}");
        other.expect("PONG");
      }
    }
  }

  @Test
  void floodOfCommandsEndsTheConnectionWith4029() {
    start(limits -> limits.commands(new Rate(10, 20)));
    try (WsClient client = node.open("anna")) {
      for (int i = 0; i < 1000; i++) {
        client.command(i % 2 == 0 ? "{'type':'PING'}" : "no command");
      }
      assertEquals(4029, client.closeCode());
      assertEquals(1, count("gateway.connections.closed.4029"));
      assertTrue(count("gateway.commands.refused.RATE_LIMITED") <= 20);
    }
  }

  private void start(UnaryOperator<LimitConfig.Builder> limits) {
    node.close();
    node = TestNode.start(settings -> settings.limits(limits));
  }

  private long count(String name) {
    return node.gateway().metrics().registry().counter(name).getCount();
  }
}
