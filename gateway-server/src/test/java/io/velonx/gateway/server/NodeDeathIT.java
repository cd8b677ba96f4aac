package io.velonx.gateway.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.WsClient;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two real processes on one real Redis, and what becomes of the users of one that dies. */
class NodeDeathIT {
  private static final String SECRET = "a secret of the platform";

  @Test
  void ghostsOfAKilledNodeLeaveWithinTenSecondsAndAreAnnouncedOnce() throws Exception {
    try (RedisServer redis = RedisServer.start();
        RedisClient backEnd = redis.connect();
        NodeProcess survivor = start(redis);
        NodeProcess victim = start(redis)) {
      WsClient watcher = open(survivor, "watcher");
      watcher.subscribe("room:a");
      WsClient ghost = open(victim, "ghost");
      ghost.subscribe("room:a");
      WsClient lucky = open(victim, "lucky");
      lucky.subscribe("room:a");
      WsClient alsoHere = open(survivor, "lucky");
      alsoHere.subscribe("room:a");
      await()
          .until(
              () -> backEnd.members("room:a:online"), Set.of("watcher", "ghost", "lucky")::equals);
      watcher.drain();

      long killed = System.nanoTime();
      victim.signal("KILL");
      JsonNode left = watcher.expect("USER_LEFT");
      Duration took = Duration.ofNanos(System.nanoTime() - killed);
      assertEquals("ghost", left.path("payload").path("userId").asText());
      assertTrue(took.compareTo(Duration.ofSeconds(10)) < 0, took.toString());
      await()
          .untilAsserted(
              () -> {
                assertEquals(Set.of("watcher", "lucky"), backEnd.members("room:a:online"));
                assertEquals(Set.of("watcher", "lucky"), backEnd.members("users:online"));
              });
      assertTrue(watcher.receivedUntilPong().stream().noneMatch(text -> text.contains("LEFT")));
      watcher.close();
      alsoHere.close();
    }
  }

  /** Stopped for longer than its lease lasts, then continued: nobody is lost and nobody doubled. */
  @Test
  void pausedNodeAssertsItsUsersAnew() throws Exception {
    try (RedisServer redis = RedisServer.start();
        RedisClient backEnd = redis.connect();
        NodeProcess survivor = start(redis);
        NodeProcess paused = start(redis)) {
      WsClient watcher = open(survivor, "watcher");
      watcher.subscribe("room:a");
      WsClient sleeper = open(paused, "sleeper");
      sleeper.subscribe("room:a");
      await().until(() -> backEnd.members("room:a:online"), Set.of("watcher", "sleeper")::equals);

      paused.signal("STOP");
      await()
          .atMost(Duration.ofSeconds(15))
          .until(() -> backEnd.members("room:a:online"), Set.of("watcher")::equals);
      paused.signal("CONT");
      await()
          .atMost(Duration.ofSeconds(15))
          .until(() -> backEnd.members("room:a:online"), Set.of("watcher", "sleeper")::equals);
      await().until(() -> backEnd.members("users:online"), Set.of("watcher", "sleeper")::equals);
      // The connection was held all the time, and it works.
      await()
          .untilAsserted(
              () -> {
                backEnd.publish("room:a", "{\"type\":\"AFTER\"}".getBytes(UTF_8));
                assertTrue(sleeper.receivedUntilPong().toString().contains("AFTER"));
              });
      watcher.close();
      sleeper.close();
    }
  }

  private static NodeProcess start(RedisServer redis) throws Exception {
    return NodeProcess.start(
        Map.of("NEXTAUTH_SECRET", SECRET, "REDIS_URL", redis.url()),
        "run",
        "--listen-port=0",
        "--admin-port=0");
  }

  private static WsClient open(NodeProcess node, String user) {
    return WsClient.open(node.port(), token(user));
  }

  private static String token(String user) {
    return new TokenMint(new HmacSecret(SECRET), JwtAlgorithm.HS256, null, null, Clock.systemUTC())
        .mint(user, null, null, Duration.ofHours(1));
  }
}
