package io.velonx.gateway;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.auth.Credential;
import io.velonx.gateway.auth.LoginPolicy;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.metrics.MetricNames;
import io.velonx.gateway.testing.RawClient;
import io.velonx.gateway.testing.RedisClient;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import io.velonx.gateway.testing.WsClient;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is revoked is so on every node that shares a real Redis. */
@Timeout(120)
class RevocationIT {
  private static final Duration A_SECOND = Duration.ofSeconds(1);

  private final RedisServer redis = RedisServer.start();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    redis.close();
  }

  @Test
  void kickedUserIsGoneFromEveryNodeWithinASecond() {
    TestNode one = node();
    TestNode two = node();
    try (WsClient first = one.open("ada~0");
        WsClient second = two.open("ada~0");
        WsClient other = two.open("bob~0")) {
      long start = System.nanoTime();
      get(one.gateway().revokeUser("ada"));
      assertEquals(4003, first.closeCode());
      assertEquals(4003, second.closeCode());
      assertTrue(System.nanoTime() - start < A_SECOND.toNanos());
      for (TestNode each : List.of(one, two)) {
        assertEquals(401, status(each, "ada~0"));
        assertEquals(101, status(each, "ada~" + (System.currentTimeMillis() + 1_000)));
      }
      other.command("{'type':'PING'}");
      other.expect("PONG");
    }
  }

  @Test
  void bannedUserStaysOutWithWhateverTokenUntilItIsOver() {
    TestNode one = node();
    TestNode two = node();
    String fresh = "ada~" + (System.currentTimeMillis() + 3_600_000);
    try (WsClient page = two.open(fresh)) {
      get(one.gateway().ban("ada", Duration.ofSeconds(3)));
      assertEquals(4003, page.closeCode());
      assertEquals(401, status(one, fresh));
      assertEquals(401, status(two, fresh));
    }
    await().until(() -> status(two, fresh) == 101);
    get(one.gateway().ban("ada", Duration.ofHours(1)));
    await().until(() -> status(two, fresh) == 401);
    get(two.gateway().ban("ada", Duration.ZERO));
    await().until(() -> status(one, fresh) == 101);
  }

  @Test
  void sessionAndTokenAreRevokedWhateverTheUserHasBesides() {
    TestNode one = node();
    TestNode two = node();
    try (WsClient session = two.open("ada~0~s1~t1");
        WsClient token = two.open("ada~0~s2~t2");
        WsClient other = two.open("ada~0~s3~t3")) {
      get(one.gateway().revokeSession("s1"));
      assertEquals(4001, session.closeCode());
      get(one.gateway().revokeToken("t2"));
      assertEquals(4001, token.closeCode());
      assertEquals(401, status(two, "ada~0~s1~t9"));
      assertEquals(401, status(two, "ada~0~s9~t2"));
      assertFalse(other.isClosed());
    }
  }

  @Test
  void nodeThatComesLaterKnowsWhatWasRevoked() {
    get(node().gateway().ban("ada", Duration.ofHours(1)));
    TestNode late = node();
    await().until(() -> late.gauge(MetricNames.REVOCATIONS) == 1);
    assertEquals(401, status(late, "ada~0"));
    assertEquals(101, status(late, "bob~0"));
  }

  @Test
  void nodeThatCouldNotHearReadsWhatItMissed() {
    TestNode node = node();
    try (WsClient page = node.open("ada~0");
        RedisClient client = redis.connect()) {
      String end = Long.toString(System.currentTimeMillis() + 3_600_000);
      client.call("ZADD", "gw:{revocations}", end, "B:ada");
      redis.killSubscribers();
      assertEquals(4003, page.closeCode());
      assertEquals(401, status(node, "ada~0"));
    }
  }

  @Test
  void nothingStaysInRedisOnceItIsOver() {
    TestNode node = node();
    get(node.gateway().ban("ada", Duration.ofSeconds(1)));
    try (RedisClient client = redis.connect()) {
      assertFalse(client.keys("gw:{revocations}").isEmpty());
      await().until(() -> client.keys("gw:{revocations}").isEmpty());
    }
  }

  @Test
  void withoutRedisNothingIsRevokedAndThatIsSaid() {
    TestNode node = node();
    try (WsClient page = node.open("ada~0")) {
      redis.kill();
      CompletionStage<Void> kicked = node.gateway().revokeUser("ada");
      assertThrows(AssertionError.class, () -> get(kicked));
      assertFalse(page.isClosed());
    }
  }

  private TestNode node() {
    TestNode node =
        TestNode.start(
            new RedissonBackplane(
                RedisConfig.parse(redis.url()),
                BackplaneTimings.DEFAULT,
                NodeId.create("node", new SecureRandom())),
            LoginPolicy.tokensOnly(RevocationIT::read),
            settings -> settings);
    opened.add(node);
    await().until(() -> node.gateway().isReady());
    return node;
  }

  /** Tokens are {@code USER~ISSUED~SESSION~TOKEN}. */
  private static Verification read(String token) {
    String[] parts = token.split("~", -1);
    return new Verification.Accepted(
        new Principal(
            parts[0],
            null,
            null,
            new Credential(
                Long.parseLong(parts[1]),
                Credential.NEVER,
                parts.length > 2 ? parts[2] : null,
                parts.length > 2 ? parts[3] : null)));
  }

  private static int status(TestNode node, String token) {
    return WsClient.statusOf(node.port(), RawClient.PATH + "?token=" + token);
  }

  private static <T> T get(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
