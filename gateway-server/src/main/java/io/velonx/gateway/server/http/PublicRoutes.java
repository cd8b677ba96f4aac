package io.velonx.gateway.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.pipeline.PublicHttp;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the public port answers besides upgrades: health, liveness, readiness, and the demo page
 * where it is enabled.
 */
public final class PublicRoutes implements PublicHttp {
  private static final String DEMO_TOKEN = "/demo/token/";

  private static final HttpAnswer TO_DEMO =
      new HttpAnswer(302, "text/plain; charset=utf-8", new byte[0], Map.of("Location", "/demo/"));

  private final String healthPath;
  private final StaticPages pages;
  private final @Nullable DemoTokens demoTokens;
  private final HealthReport health;
  private volatile @Nullable NodeStatus node;

  /**
   * Knows nothing of the node yet; see {@link #serve}.
   *
   * @param webSocketPath the path of the upgrade
   * @param demoTokens null unless anybody may have a token
   */
  public PublicRoutes(
      String webSocketPath, StaticPages pages, @Nullable DemoTokens demoTokens, Clock clock) {
    healthPath = webSocketPath + "/health";
    this.pages = pages;
    this.demoTokens = demoTokens;
    health = new HealthReport(clock);
  }

  /** Tells of that node from now on. */
  public void serve(NodeStatus status) {
    node = status;
  }

  @Override
  public @Nullable HttpAnswer get(String path) {
    if (path.equals(healthPath)) {
      NodeStatus status = node;
      return status == null ? HealthReport.failed() : health.of(status);
    }
    return switch (path) {
      case "/live" -> Json.answer(200, Json.object().put("live", true));
      case "/ready" -> ready();
      case "/" -> pages.get("/demo/") == null ? null : TO_DEMO;
      default -> page(path);
    };
  }

  private HttpAnswer ready() {
    NodeStatus status = node;
    boolean ready = status != null && status.isReady();
    ObjectNode body = Json.object().put("ready", ready);
    if (status != null) {
      body.put("backplane", status.backplaneState().name().toLowerCase(Locale.ROOT));
    }
    String overload = status == null ? null : status.overload();
    if (overload != null) {
      body.put("overload", overload);
    }
    return Json.answer(ready ? 200 : 503, body);
  }

  private @Nullable HttpAnswer page(String path) {
    if (demoTokens != null && path.startsWith(DEMO_TOKEN)) {
      return demoTokens.answer(path.substring(DEMO_TOKEN.length()));
    }
    return pages.get(path);
  }
}
