package io.velonx.gateway.backplane.redis;

import static io.velonx.gateway.backplane.redis.TestNode.get;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.velonx.gateway.backplane.Audience;
import io.velonx.gateway.backplane.Backplane.Joined;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.backplane.LogKey;
import io.velonx.gateway.backplane.RecordingListener;
import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.OnlineUser;
import io.velonx.gateway.protocol.UserStatus;
import io.velonx.gateway.testing.Homes;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Users, passwords and databases of Redis. */
@Timeout(60)
class RedisAccessIT {
  private static final ChannelName ROOM = ChannelName.room("1");

  private final RedisServer redis = RedisServer.start();
  private final RecordingListener listener = new RecordingListener();

  @BeforeEach
  void requireOwnRedis() {
    assumeTrue(redis.isOwnProcess());
  }

  @AfterEach
  void endRedis() {
    redis.close();
  }

  @Test
  void userWithNothingButTheDocumentedRightsIsEnough() {
    try (RedisClient admin = redis.connect()) {
      admin.call(
          "ACL SETUSER gateway on >p@ss/word resetkeys resetchannels -@all ~gw:* ~users:online"
              .split(" "));
      admin.call(
          "ACL SETUSER gateway ~room:*:online ~group:*:online ~room:*:typing ~group:*:typing"
              .split(" "));
      admin.call("ACL SETUSER gateway &room:* &group:* &user:* &gw:*".split(" "));
      admin.call(
          "ACL SETUSER gateway +@connection +@pubsub +@scripting +@hash +@set +@sortedset"
              .split(" "));
      admin.call("ACL SETUSER gateway +time +exists +expire +@list".split(" "));
      admin.call("ACL SETUSER gateway +get +set +del +pexpire +pttl +info".split(" "));
      try (RedissonBackplane backplane = backplane("gateway:p%40ss%2Fword", 3)) {
        backplane.start(listener, Homes.next());
        await().until(() -> backplane.health().isHealthy());
        listener.add(ROOM);
        get(backplane.subscribe(ROOM));
        assertEquals(new Joined(true, 1), get(backplane.join(Audience.of(ROOM), "ada")));
        get(backplane.appear(new OnlineUser("ada", "Ada", UserStatus.ACTIVE)));
        assertEquals(1, get(backplane.online(Audience.of(ROOM), 9)).count());
        get(backplane.startTyping(ROOM, "ada", bytes("starts")));
        LogKey log = new LogKey("room:2", null);
        Idempotency once = new Idempotency("key", "");
        get(backplane.append(log, bytes("{}"), Retention.DEFAULT, once));
        assertEquals(1, get(backplane.read(log, 0, 1, null)).entries().size());
        get(backplane.mark(log, "reader", null));
        get(backplane.block("ada", Set.of("bob")));
        assertEquals(Set.of("bob"), get(backplane.blocked("ada")));
        get(backplane.block("ada", Set.of()));
        get(backplane.stopTyping(ROOM, "ada", bytes("stops")));
        assertEquals(1, get(backplane.publishToUser("ada", bytes("direct"))));
        await().until(() -> listener.texts(ROOM).equals(List.of("starts", "stops")));
        admin.call("SELECT", "3");
        assertEquals(Set.of("ada"), admin.members("room:1:online"));
        get(backplane.shutdown(Duration.ofSeconds(5)));
        assertEquals(Set.of(), admin.keys("[^g]*"));
        assertEquals(admin.keys("gw:{room:2}:*"), admin.keys("*"));
      }
    }
  }

  @Test
  void wrongPasswordIsAnOutageUntilItIsRight() {
    try (RedisClient admin = redis.connect();
        RedissonBackplane backplane = backplane(":secret", 0)) {
      admin.call("CONFIG", "SET", "requirepass", "other");
      backplane.start(listener, Homes.next());
      await().until(() -> !((List<?>) Objects.requireNonNull(admin.call("ACL", "LOG"))).isEmpty());
      assertFalse(backplane.health().isHealthy());
      admin.call("CONFIG", "SET", "requirepass", "secret");
      await().atMost(Duration.ofSeconds(20)).until(() -> backplane.health().isHealthy());
    }
  }

  private RedissonBackplane backplane(String login, int database) {
    String url = redis.url().replace("redis://", "redis://" + login + "@") + "/" + database;
    return new RedissonBackplane(
        RedisConfig.parse(url), TestNode.QUICK, NodeId.create("a", new Random()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
