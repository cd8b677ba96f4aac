package io.velonx.gateway.backplane.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.testing.RedisServer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RedisProbeIT {
  @Test
  void versionClockAndRoundTripAreTold() throws Exception {
    try (RedisServer redis = RedisServer.start()) {
      Clock late = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-10));
      RedisProbe probe = RedisProbe.ask(RedisConfig.parse(redis.url()), late);
      assertTrue(probe.version().matches("\\d+\\.\\d+\\.\\d+"), probe.version());
      assertTrue(probe.roundTrip().compareTo(Duration.ofSeconds(1)) < 0, probe.toString());
      long behind = probe.clockAhead().negated().toSeconds();
      assertTrue(behind >= 597 && behind <= 603, probe.toString());
      assertEquals("noeviction", probe.eviction());
    }
  }

  @Test
  void silenceIsAFailureWithoutThePassword() {
    IOException failure =
        assertThrows(
            IOException.class,
            () ->
                RedisProbe.ask(
                    RedisConfig.parse("redis://:s3cret@127.0.0.1:1"), Clock.systemUTC()));
    assertTrue(!String.valueOf(failure.getMessage()).contains("s3cret"), failure.getMessage());
  }
}
