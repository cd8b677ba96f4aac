package io.velonx.gateway.loadtest.swarm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.velonx.gateway.loadtest.dialect.Template;
import org.junit.jupiter.api.Test;

class EndpointTest {
  private final Template path = Template.parse("/a/b?token=${token}");

  @Test
  void aPathOfTheUrlReplacesThatOfTheDialectAndKeepsItsQuery() {
    assertEquals("/a/b?token=${token}", target("ws://h:1"));
    assertEquals("/a/b?token=${token}", target("ws://h:1/"));
    assertEquals("/x?token=${token}", target("ws://h:1/x"));
  }

  private String target(String url) {
    return Endpoint.parse(url, "ws", 80).target(path).toString();
  }

  @Test
  void aPortIsKnownByTheScheme() {
    assertEquals(6379, Endpoint.parse("redis://h", "redis", 6379).port());
    assertEquals(7, Endpoint.parse("redis://h:7", "redis", 6379).port());
  }

  @Test
  void anotherSchemeIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Endpoint.parse("http://h", "ws", 80));
    assertThrows(IllegalArgumentException.class, () -> Endpoint.parse("h:80", "ws", 80));
  }
}
