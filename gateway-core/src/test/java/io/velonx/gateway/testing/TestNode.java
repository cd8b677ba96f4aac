package io.velonx.gateway.testing;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.velonx.gateway.Gateway;
import io.velonx.gateway.GatewayConfig;
import io.velonx.gateway.auth.LoginPolicy;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.auth.TokenVerifier;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.local.LocalBackplane;
import io.velonx.gateway.pipeline.PublicHttp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A node on a free port. Its tokens are plain text: {@code USER} or {@code USER~NAME~PICTURE};
 * {@code bad} is refused. Threading: the test's thread.
 */
public final class TestNode implements AutoCloseable {
  private static final TokenVerifier PLAIN =
      token -> {
        String[] parts = token.split("~", -1);
        return token.equals("bad")
            ? new TokenVerifier.Verification.Refused("as told")
            : new TokenVerifier.Verification.Accepted(
                new Principal(
                    parts[0],
                    parts.length > 1 ? parts[1] : null,
                    parts.length > 2 ? parts[2] : null,
                    null));
      };

  private final Gateway gateway;

  private TestNode(Gateway gateway) {
    this.gateway = gateway;
  }

  /** A node with the local backplane. */
  public static TestNode start(UnaryOperator<GatewayConfig.Builder> settings) {
    return start(new LocalBackplane(), settings);
  }

  /** A node with that backplane; ends it when it stops. */
  public static TestNode start(Backplane backplane, UnaryOperator<GatewayConfig.Builder> settings) {
    return start(backplane, LoginPolicy.tokensOnly(PLAIN), settings);
  }

  /** A node with tokens, cookies and origins of the test's own. */
  public static TestNode start(
      Backplane backplane, LoginPolicy login, UnaryOperator<GatewayConfig.Builder> settings) {
    GatewayConfig config =
        settings
            .apply(
                GatewayConfig.builder()
                    .host("127.0.0.1")
                    .port(0)
                    .eventLoops(2)
                    .messageIdKey(new byte[32])
                    // A machine that is busy with other builds is no overload.
                    .limits(limits -> limits.maxEventLoopLag(Duration.ZERO))
                    .presenceGrace(Duration.ofMillis(200)))
            .build();
    Gateway gateway =
        new Gateway(config, login, backplane, new MetricRegistry(), PublicHttp.NOTHING);
    try {
      gateway.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TestNode(gateway);
  }

  public Gateway gateway() {
    return gateway;
  }

  public int port() {
    return gateway.port();
  }

  /** The present value of a gauge. */
  public long gauge(String name) {
    Gauge<?> gauge =
        Objects.requireNonNull(gateway.metrics().registry().getGauges().get(name), name);
    return ((Number) gauge.getValue()).longValue();
  }

  /** A page of that user, its first message read. */
  public WsClient open(String token) {
    return WsClient.open(port(), token);
  }

  @Override
  public void close() {
    try {
      gateway.stop(Duration.ofSeconds(5)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("the node did not stop", e);
    }
  }
}
