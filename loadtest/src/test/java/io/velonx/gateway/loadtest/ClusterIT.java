package io.velonx.gateway.loadtest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.velonx.gateway.backplane.redis.BackplaneTimings;
import io.velonx.gateway.backplane.redis.NodeId;
import io.velonx.gateway.backplane.redis.RedisConfig;
import io.velonx.gateway.backplane.redis.RedissonBackplane;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TestNode;
import java.nio.file.Path;
import java.security.SecureRandom;
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

  private static TestNode node(RedisServer redis, String name) {
    return TestNode.start(
        new RedissonBackplane(
            RedisConfig.parse(redis.url()),
            BackplaneTimings.DEFAULT,
            NodeId.create(name, new SecureRandom())),
        settings -> settings);
  }
}
