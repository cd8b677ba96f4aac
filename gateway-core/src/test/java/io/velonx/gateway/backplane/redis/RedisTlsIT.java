package io.velonx.gateway.backplane.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.testing.RedisServer;
import io.velonx.gateway.testing.TlsTunnel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code rediss://} against real TLS in front of a real Redis. */
class RedisTlsIT {
  private static final ChannelName ROOM = ChannelName.room("tls");

  @Test
  void certificateNobodyVouchesForIsRefusedUnlessToldNotToVerify() {
    try (RedisServer redis = RedisServer.start();
        TlsTunnel tunnel = TlsTunnel.to(redis.url())) {
      RedisConfig config = RedisConfig.parse("rediss://127.0.0.1:" + tunnel.port());
      try (TestNode strict = TestNode.started(config, "strict", TestNode.QUICK)) {
        await().until(() -> tunnel.refusedHandshakes() > 0);
        assertFalse(strict.backplane.health().isHealthy());
      }
      try (TestNode lenient =
          TestNode.started(config.withVerifyCertificates(false), "lenient", TestNode.QUICK)) {
        lenient.awaitHealthy();
        lenient.subscribe(ROOM);
        lenient.backplane.publish(ROOM, "through tls".getBytes(UTF_8));
        await().until(() -> lenient.listener.texts(ROOM).equals(List.of("through tls")));
      }
    }
  }
}
