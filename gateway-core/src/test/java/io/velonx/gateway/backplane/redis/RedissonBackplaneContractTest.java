package io.velonx.gateway.backplane.redis;

import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.BackplaneContractTest;
import io.velonx.gateway.testing.RedisServer;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedissonBackplaneContractTest extends BackplaneContractTest {
  private static RedisServer redis;

  @BeforeAll
  static void startRedis() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void endRedis() {
    redis.close();
  }

  @Override
  protected Backplane create() {
    redis.flushAll();
    return new RedissonBackplane(
        RedisConfig.parse(redis.url()),
        BackplaneTimings.DEFAULT,
        NodeId.create("contract", new Random()));
  }
}
