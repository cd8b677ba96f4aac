package io.velonx.gateway.pipeline;

import io.velonx.gateway.connection.SlowConsumerPolicy;
import java.time.Duration;

/** Collects the settings of a pipeline under test; the defaults are those of the gateway. */
final class TestConfig {
  private int maxMessageBytes = 64 * 1024;
  private int maxFragments = 1024;
  private Duration handshakeTimeout = Duration.ofSeconds(10);
  private Duration heartbeatInterval = Duration.ofSeconds(25);
  private Duration closeTimeout = Duration.ofSeconds(5);
  private SlowConsumerPolicy slowConsumerPolicy = SlowConsumerPolicy.DEFAULT;
  private Duration stallTimeout = Duration.ofSeconds(30);
  private long maxOutboundBytes = Long.MAX_VALUE;
  private boolean compression;

  TestConfig maxMessageBytes(int value) {
    maxMessageBytes = value;
    return this;
  }

  TestConfig maxFragments(int value) {
    maxFragments = value;
    return this;
  }

  TestConfig handshakeTimeout(Duration value) {
    handshakeTimeout = value;
    return this;
  }

  TestConfig heartbeatInterval(Duration value) {
    heartbeatInterval = value;
    return this;
  }

  TestConfig closeTimeout(Duration value) {
    closeTimeout = value;
    return this;
  }

  TestConfig slowConsumerPolicy(SlowConsumerPolicy value) {
    slowConsumerPolicy = value;
    return this;
  }

  TestConfig compression(boolean value) {
    compression = value;
    return this;
  }

  PipelineConfig build() {
    return new PipelineConfig(
        "/api/community/ws",
        maxMessageBytes,
        maxFragments,
        handshakeTimeout,
        heartbeatInterval,
        closeTimeout,
        stallTimeout,
        slowConsumerPolicy,
        maxOutboundBytes,
        Duration.ofSeconds(60),
        compression);
  }
}
