package io.velonx.gateway.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RedisServerTest {
  @Test
  void answersPlainCommands() {
    try (RedisServer redis = RedisServer.start();
        RedisClient client = redis.connect()) {
      client.call("SADD", "s", "a", "b");
      client.call("HSET", "h", "k", "v");
      assertEquals(Set.of("a", "b"), client.members("s"));
      assertEquals(Map.of("k", "v"), client.hash("h"));
      assertEquals(0, client.publish("t", new byte[] {0, -1}));
      assertNull(client.call("GET", "nothing"));
    }
  }

  @Test
  void comesBackEmptyOnTheSamePort() {
    try (RedisServer redis = RedisServer.start()) {
      assumeTrue(redis.isOwnProcess());
      try (RedisClient client = redis.connect()) {
        client.call("SET", "k", "v");
      }
      redis.kill();
      redis.restart();
      try (RedisClient client = redis.connect()) {
        assertNull(client.call("GET", "k"));
      }
    }
  }
}
