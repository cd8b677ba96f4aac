package io.velonx.gateway.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.net.httpserver.HttpServer;
import io.velonx.gateway.DrainPlan;
import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A swarm spread over two nodes that share a Redis. */
class ClusterIT {
  @TempDir Path folder;

  @Test
  void everyNodeDeliversEverythingOnceAndInOrder() {
    try (RedisServer redis = RedisServer.start();
        TestNode one = node(redis, "one");
        TestNode two = node(redis, "two")) {
      LoadTestRun run =
          LoadTestRun.brief(
                  folder,
                  ScenarioIT.DIALECT,
                  0,
                  "cluster",
                  "--connections",
                  "60",
                  "--rooms",
                  "3",
                  "--window",
                  "4",
                  "--url",
                  "ws://127.0.0.1:" + one.port() + ",ws://127.0.0.1:" + two.port(),
                  "--publisher",
                  "redis",
                  "--publish-url",
                  redis.url())
              .exact();

      assertEquals(2, run.figure("nodes"));
      assertEquals(20 * run.figure("publications"), run.figure("received_deliveries"));
    }
  }

  @Test
  void drainedNodesLoseTheirConnectionsAfterEverythingWasDelivered() throws IOException {
    try (RedisServer redis = RedisServer.start();
        TestNode one = node(redis, "one");
        TestNode two = node(redis, "two")) {
      HttpServer admin = adminOf(one, two);
      try {
        LoadTestRun run =
            LoadTestRun.brief(
                    folder,
                    ScenarioIT.DIALECT,
                    0,
                    "cluster",
                    "--connections",
                    "60",
                    "--rooms",
                    "3",
                    "--window",
                    "4",
                    "--url",
                    "ws://127.0.0.1:" + one.port() + ",ws://127.0.0.1:" + two.port(),
                    "--publisher",
                    "redis",
                    "--publish-url",
                    redis.url(),
                    "--drain-url",
                    "http://127.0.0.1:" + admin.getAddress().getPort())
                .exact();

        assertEquals(60, run.figure("drained_connections"));
      } finally {
        admin.stop(0);
      }
    }
  }

  private static HttpServer adminOf(TestNode... nodes) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/drain",
        exchange -> {
          for (TestNode node : nodes) {
            node.gateway().drain(new DrainPlan(1_000, Duration.ofSeconds(10)));
          }
          exchange.sendResponseHeaders(202, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static TestNode node(RedisServer redis, String name) {
    return TestNode.start(
        new RedissonBackplane(
            RedisConfig.parse(redis.url()),
            BackplaneTimings.DEFAULT,
            NodeId.create(name, new SecureRandom())),
        settings -> settings);
  }
}
