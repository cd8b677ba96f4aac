package io.velonx.gateway.server.api;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.DrainProgress;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.server.api.ApiRequest.Call;
import io.velonx.gateway.server.api.Route.Refused;
import io.velonx.gateway.server.http.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** What is asked of the node itself: statistics, instruments, and to be emptied. */
final class NodeRoutes {
  private final Supplier<ObjectNode> stats;
  private final MetricRegistry registry;
  private final NodeDrain drain;

  NodeRoutes(Supplier<ObjectNode> stats, MetricRegistry registry, NodeDrain drain) {
    this.stats = stats;
    this.registry = registry;
    this.drain = drain;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            "GET",
            "/stats",
            Role.READ,
            "What this node counts, at a glance",
            Map.of(),
            null,
            200,
            "Stats",
            call -> done(Json.answer(200, stats.get()))),
        new Route(
            "GET",
            "/metrics.json",
            Role.READ,
            "Every instrument of this node",
            Map.of(),
            null,
            200,
            "Metrics",
            call -> done(Json.answer(200, MetricsReport.of(registry)))),
        new Route(
            "GET",
            "/metrics",
            Role.READ,
            "The same for Prometheus",
            Map.of(),
            null,
            200,
            Schemas.TEXT,
            call -> done(PrometheusReport.of(registry))),
        new Route(
            "GET",
            "/drain",
            Role.READ,
            "How far the drain of this node is",
            Map.of(),
            null,
            200,
            "Drain",
            call -> done(progress(200))),
        new Route(
            "POST",
            "/drain",
            Role.ADMIN,
            "Sends the clients of this node to other nodes",
            Map.of(),
            "DrainPlan",
            202,
            "Drain",
            this::begin),
        new Route(
            "DELETE",
            "/drain",
            Role.ADMIN,
            "Calls the drain of this node off",
            Map.of(),
            null,
            200,
            "Drain",
            this::cancel));
  }

  private CompletionStage<HttpAnswer> begin(Call call) {
    JsonNode plan = Arguments.object(call.request());
    Long rate = Arguments.number(plan, "closesPerSecond", 1_000_000);
    Long timeout = Arguments.number(plan, "timeoutMillis", 86_400_000);
    try {
      drain.drain(rate == null ? null : rate.intValue(), timeout);
    } catch (IllegalStateException e) {
      throw new Refused(Problem.CONFLICT, String.valueOf(e.getMessage()));
    }
    return done(progress(202));
  }

  private CompletionStage<HttpAnswer> cancel(Call call) {
    try {
      drain.cancelDrain();
    } catch (IllegalStateException e) {
      throw new Refused(Problem.CONFLICT, String.valueOf(e.getMessage()));
    }
    return done(progress(200));
  }

  private HttpAnswer progress(int status) {
    DrainProgress progress = drain.drainProgress();
    return Json.answer(
        status,
        Json.object()
            .put("state", progress.state().name().toLowerCase(Locale.ROOT))
            .put("total", progress.total())
            .put("left", progress.left())
            .put("elapsedMillis", progress.elapsed().toMillis()));
  }

  private static CompletionStage<HttpAnswer> done(HttpAnswer answer) {
    return CompletableFuture.completedFuture(answer);
  }
}
