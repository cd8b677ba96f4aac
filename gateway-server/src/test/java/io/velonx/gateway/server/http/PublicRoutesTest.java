package io.velonx.gateway.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.auth.JwtPolicy;
import io.velonx.gateway.auth.JwtTokenVerifier;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backplane.BackplaneHealth;
import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.connection.ConnectionStats;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.server.TokenMint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PublicRoutesTest {
  private static final String HEALTH = "/api/community/ws/health";
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-02-10T12:00:00Z"), ZoneOffset.UTC);
  private static final HmacSecret SECRET = new HmacSecret("s");

  private final FakeNode node = new FakeNode();

  @Test
  void healthHasTheShapeThePlatformReads() {
    node.connections = new ConnectionStats(10, 8);
    assertEquals(
        "{\"success\":true,\"data\":{\"websocket\":{\"totalConnections\":10,\"uniqueUsers\":8,"
            + "\"averageConnectionsPerUser\":1.25,\"isHealthy\":true},\"pubsub\":{\"isHealthy\":"
            + "true,\"publisherConnected\":true,\"subscriberConnected\":true,"
            + "\"subscribedChannels\":5,\"totalSubscriptions\":12},"
            + "\"timestamp\":\"2026-02-10T12:00:00.000Z\"}}",
        body(get(serving(), HEALTH)));
  }

  @Test
  void averageIsAWholeNumberWhereItIsOne() {
    node.connections = new ConnectionStats(0, 0);
    assertTrue(body(get(serving(), HEALTH)).contains("\"averageConnectionsPerUser\":0,"));
    node.connections = new ConnectionStats(4, 2);
    assertTrue(body(get(serving(), HEALTH)).contains("\"averageConnectionsPerUser\":2,"));
    node.connections = new ConnectionStats(10, 3);
    assertTrue(body(get(serving(), HEALTH)).contains("\"averageConnectionsPerUser\":3.33,"));
  }

  @Test
  void redisThatIsDownIsToldWithStatus200() throws IOException {
    node.backplane = new BackplaneHealth(false, true);
    HttpAnswer answer = get(serving(), HEALTH);
    JsonNode pubsub = new ObjectMapper().readTree(answer.body()).at("/data/pubsub");
    assertEquals(200, answer.status());
    assertEquals(false, pubsub.get("isHealthy").booleanValue());
    assertEquals(false, pubsub.get("publisherConnected").booleanValue());
    assertEquals(true, pubsub.get("subscriberConnected").booleanValue());
  }

  @Test
  void failureOfTheHealthCheckIs500OfTheAgreedShape() {
    node.broken = true;
    HttpAnswer answer = get(serving(), HEALTH);
    assertEquals(500, answer.status());
    assertEquals(
        "{\"success\":false,\"error\":{\"code\":\"HEALTH_CHECK_FAILED\",\"message\":\"Failed to"
            + " retrieve WebSocket health status\"}}",
        body(answer));
  }

  @Test
  void readinessFollowsTheNodeAndLivenessDoesNot() {
    PublicRoutes routes = serving();
    assertEquals(200, get(routes, "/ready").status());
    node.ready = false;
    assertEquals(503, get(routes, "/ready").status());
    assertEquals("{\"ready\":false,\"backplane\":\"up\"}", body(get(routes, "/ready")));
    node.overload = "too much";
    node.state = BackplaneState.DEGRADED;
    assertEquals(
        "{\"ready\":false,\"backplane\":\"degraded\",\"overload\":\"too much\"}",
        body(get(routes, "/ready")));
    assertEquals(200, get(routes, "/live").status());
  }

  @Test
  void nothingIsReadyBeforeThereIsANode() {
    PublicRoutes routes = new PublicRoutes("/ws", StaticPages.NONE, null, CLOCK);
    assertEquals(503, get(routes, "/ready").status());
    assertEquals(500, get(routes, "/ws/health").status());
  }

  @Test
  void demoAndItsTokensAreNotServedUnlessEnabled() {
    PublicRoutes routes = serving();
    for (String path : new String[] {"/", "/demo", "/demo/", "/demo/token/zoe", "/nowhere"}) {
      assertNull(routes.get(path), path);
    }
  }

  @Test
  void demoTokenIsGoodForTheNameInThePath() throws IOException {
    Principal zoe = principalOf("/demo/token/zoe");
    assertEquals("zoe", zoe.userId());
    assertEquals("zoe", zoe.name());
    Principal odd = principalOf("/demo/token/Zo%C3%AB%20%2B+x");
    assertEquals("Zoë ++x", odd.name());
    assertTrue(odd.userId().startsWith("user-"), odd.userId());
    assertEquals(odd.userId(), principalOf("/demo/token/Zo%C3%AB%20%2B+x").userId());
  }

  @Test
  void demoTokenNeedsAName() {
    PublicRoutes routes = withTokens();
    assertEquals(400, get(routes, "/demo/token/").status());
    assertEquals(400, get(routes, "/demo/token/%20").status());
    assertEquals(400, get(routes, "/demo/token/%zz").status());
    assertEquals(400, get(routes, "/demo/token/" + "x".repeat(65)).status());
  }

  private Principal principalOf(String path) throws IOException {
    HttpAnswer answer = get(withTokens(), path);
    String token = new ObjectMapper().readTree(answer.body()).get("token").textValue();
    return Objects.requireNonNull(
        new JwtTokenVerifier(JwtPolicy.signedWith("s"), CLOCK).verify(token).principalOrNull());
  }

  private PublicRoutes serving() {
    PublicRoutes routes = new PublicRoutes("/api/community/ws", StaticPages.NONE, null, CLOCK);
    routes.serve(node);
    return routes;
  }

  private static PublicRoutes withTokens() {
    DemoTokens tokens =
        new DemoTokens(new TokenMint(SECRET, JwtAlgorithm.HS256, null, null, CLOCK));
    return new PublicRoutes("/ws", StaticPages.NONE, tokens, CLOCK);
  }

  private static HttpAnswer get(PublicRoutes routes, String path) {
    HttpAnswer answer = routes.get(path);
    assertNotNull(answer, path);
    return answer;
  }

  private static String body(HttpAnswer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  /** A node that is what a test says. */
  private static final class FakeNode implements NodeStatus {
    private ConnectionStats connections = new ConnectionStats(0, 0);
    private BackplaneHealth backplane = new BackplaneHealth(true, true);
    private BackplaneState state = BackplaneState.UP;
    private boolean ready = true;
    private boolean broken;
    private @Nullable String overload;

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public @Nullable String overload() {
      return overload;
    }

    @Override
    public ConnectionStats connections() {
      if (broken) {
        throw new IllegalStateException("broken by the test");
      }
      return connections;
    }

    @Override
    public int channels() {
      return 5;
    }

    @Override
    public long subscriptions() {
      return 12;
    }

    @Override
    public BackplaneHealth backplane() {
      return backplane;
    }

    @Override
    public BackplaneState backplaneState() {
      return state;
    }
  }
}
