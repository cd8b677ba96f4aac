package io.velonx.gateway.server.api;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.metrics.LogThrottle;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.server.api.ApiKeys.Holder;
import io.velonx.gateway.server.api.ApiRequest.Call;
import io.velonx.gateway.server.api.Route.Refused;
import io.velonx.gateway.server.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The back end's interface: finds the route of a request, asks whether its key is good for it, has
 * it carried out and writes down who changed what. Threading: any thread; never blocks.
 */
public final class BackEndApi {
  /** Every change and every refused key; publications only at debug level, they are many. */
  static final String AUDIT_LOG = "io.velonx.gateway.audit";

  private static final Logger audit = LoggerFactory.getLogger(AUDIT_LOG);
  private static final Logger log = LoggerFactory.getLogger(BackEndApi.class);

  /** Bad keys, a second and at once; nobody guesses one, this only keeps the log short. */
  private static final Rate BAD_KEYS = new Rate(5, 50);

  private final List<Route> routes = new ArrayList<>();

  /** The paths of the routes, in the same order. */
  private final List<String[]> patterns;

  private final ApiKeys keys;
  private final Holder badKeys;
  private final LogThrottle faults = new LogThrottle();

  /**
   * @param stats what {@code GET /stats} says
   * @param maxEnvelopeBytes the largest envelope that may be published
   * @param webSocketPath the path of the upgrade
   */
  public BackEndApi(
      ApiKeys keys,
      Supplier<ObjectNode> stats,
      MetricRegistry registry,
      Publisher publisher,
      NodeDrain drain,
      NodeControl node,
      int maxEnvelopeBytes,
      String webSocketPath) {
    this.keys = keys;
    badKeys = new Holder(new ApiKey("unknown", Set.of(), new byte[0]), new AtomicLong());
    // In this order they are looked for: the one that is used most comes first.
    routes.addAll(new PublishRoutes(publisher, maxEnvelopeBytes).routes());
    routes.addAll(new NodeRoutes(stats, registry, drain).routes());
    routes.addAll(new UserRoutes(node).routes());
    routes.addAll(new BlockRoutes(node).routes());
    routes.addAll(new RevocationRoutes(node).routes());
    routes.add(FileRoutes.delete(node));
    HttpAnswer openApi = Json.answer(200, OpenApi.of(routes));
    HttpAnswer asyncApi = Json.answer(200, AsyncApi.of(webSocketPath));
    routes.add(document("/openapi.json", "This document", openApi));
    routes.add(document("/asyncapi.json", "The wire protocol, as AsyncAPI 3", asyncApi));
    patterns = routes.stream().map(route -> Route.segments(route.path())).toList();
  }

  List<Route> routes() {
    return List.copyOf(routes);
  }

  /** Answers; never fails. */
  CompletionStage<HttpAnswer> answer(ApiRequest request) {
    CompletionStage<HttpAnswer> answer;
    try {
      answer = find(request);
    } catch (RuntimeException e) {
      answer = CompletableFuture.completedFuture(fault(e));
    }
    return answer.exceptionally(this::fault);
  }

  private CompletionStage<HttpAnswer> find(ApiRequest request) {
    String[] segments = Route.segments(request.path());
    String method = request.method().equals("HEAD") ? "GET" : request.method();
    TreeSet<String> allowed = new TreeSet<>();
    for (int i = 0; i < patterns.size(); i++) {
      Route route = routes.get(i);
      List<String> arguments = Route.match(patterns.get(i), segments);
      if (arguments != null) {
        if (route.method().equals(method)) {
          return run(route, new Call(request, arguments));
        }
        allowed.add(route.method());
      }
    }
    if (allowed.isEmpty()) {
      throw new Refused(Problem.NOT_FOUND, "/openapi.json says what there is");
    }
    String methods = String.join(", ", allowed);
    return CompletableFuture.completedFuture(
        Problem.METHOD_NOT_ALLOWED.answer("expected " + methods, Map.of("Allow", methods)));
  }

  private CompletionStage<HttpAnswer> run(Route route, Call call) {
    ApiRequest request = call.request();
    Holder holder = keys.areRequired() ? keys.holder(request.key()) : null;
    HttpAnswer refusal = route.role() == null ? null : refusal(route.role(), holder);
    if (refusal != null) {
      if (badKeys.take(BAD_KEYS, System.nanoTime()) == 0) {
        audit.info("refused {} status={}", line(route, call, holder), refusal.status());
      }
      return CompletableFuture.completedFuture(refusal);
    }
    if (!route.changes()) {
      return route.action().run(call);
    }
    boolean loud = route.role() != Role.PUBLISH;
    if (!loud && !audit.isDebugEnabled()) {
      return route.action().run(call);
    }
    return route
        .action()
        .run(call)
        .whenComplete(
            (answer, failure) -> {
              Object outcome = answer == null ? "failed" : answer.status();
              if (loud) {
                audit.info("done {} status={}", line(route, call, holder), outcome);
              } else {
                audit.debug("done {} status={}", line(route, call, holder), outcome);
              }
            });
  }

  private @Nullable HttpAnswer refusal(Role role, @Nullable Holder holder) {
    if (!keys.areRequired()) {
      return null;
    }
    if (holder == null) {
      return Problem.UNAUTHORIZED.answer(
          "Authorization: expected Bearer and an API key", Map.of("WWW-Authenticate", "Bearer"));
    }
    if (!holder.key().may(role)) {
      return Problem.FORBIDDEN.answer("this key is not good for " + role.word());
    }
    long wait = holder.take(keys.rate(), System.nanoTime());
    return wait == 0
        ? null
        : Problem.RATE_LIMITED.answer(
            "requests of one API key: at most " + keys.rate() + " (api.rate)",
            Map.of("Retry-After", Long.toString(wait / 1_000_000_000 + 1)));
  }

  /** Who asked for what; arguments are checked before anything is done, so nothing odd gets in. */
  private static String line(Route route, Call call, @Nullable Holder holder) {
    return "who="
        + (holder == null ? "anonymous" : holder.key().name())
        + " peer="
        + call.request().peer()
        + " what=\""
        + route.method()
        + " "
        + route.path()
        + "\" target="
        + call.arguments().stream().map(BackEndApi::printable).toList();
  }

  private static String printable(String argument) {
    String start = argument.length() > 128 ? argument.substring(0, 128) : argument;
    return start.replaceAll("[^\\x21-\\x7E]", "?");
  }

  private HttpAnswer fault(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    if (failure instanceof Refused refused) {
      return refused.answer();
    }
    if (failure instanceof IllegalArgumentException bad) {
      return Problem.INVALID_JSON.answer(String.valueOf(bad.getMessage()));
    }
    if (cause instanceof Refused refused) {
      return refused.answer();
    }
    if (faults.mayLog()) {
      log.error("request failed suppressed={}", faults.suppressed(), failure);
    }
    return Problem.INTERNAL.answer("our fault");
  }

  private static Route document(String path, String summary, HttpAnswer document) {
    return new Route(
        "GET",
        path,
        null,
        summary,
        Map.of(),
        null,
        200,
        "Document",
        call -> CompletableFuture.completedFuture(document));
  }
}
