package io.velonx.gateway.server.http;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.DrainProgress;
import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.metrics.LogThrottle;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.EnvelopeReader;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.protocol.UserId;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the admin port answers: statistics, instruments, and publishing for back ends that speak
 * HTTP. Threading: event loop of the admin port; must not block.
 */
public final class AdminRoutes {
  private static final Logger log = LoggerFactory.getLogger(AdminRoutes.class);

  private static final Pattern PUBLICATIONS =
      Pattern.compile("/(channels|users)/([^/]+)/publications");

  private static final String KEEP = "keep=true";
  private static final String DO_NOT_KEEP = "keep=false";

  private static final Pattern IDEMPOTENCY_KEY = Pattern.compile("[\\x21-\\x7E]{1,128}");

  private final Supplier<ObjectNode> stats;
  private final MetricRegistry registry;
  private final Publisher publisher;
  private final NodeDrain drain;
  private final RevocationRoute revocations;
  private final LogThrottle failures = new LogThrottle();

  /**
   * Answers for one node.
   *
   * @param stats what {@code GET /stats} says
   */
  public AdminRoutes(
      Supplier<ObjectNode> stats,
      MetricRegistry registry,
      Publisher publisher,
      NodeDrain drain,
      RevocationRoute revocations) {
    this.stats = stats;
    this.registry = registry;
    this.publisher = publisher;
    this.drain = drain;
    this.revocations = revocations;
  }

  CompletionStage<HttpAnswer> answer(AdminRequest request) {
    Matcher publications = PUBLICATIONS.matcher(request.path());
    if (publications.matches()) {
      return request.method().equals("POST")
          ? publish(publications.group(1), decode(publications.group(2)), request)
          : done(wrongMethod("POST"));
    }
    if (request.path().equals("/revocations")) {
      return request.method().equals("POST")
          ? revocations.answer(request)
          : done(wrongMethod("POST"));
    }
    return done(
        switch (request.path()) {
          case "/stats" -> read(request, stats);
          case "/metrics.json" -> read(request, () -> MetricsReport.of(registry));
          case "/drain" -> drain(request);
          default ->
              Json.error(
                  404,
                  "NOT_FOUND",
                  "known are GET /stats, GET /metrics.json, GET, POST and DELETE /drain,"
                      + " POST /channels/CHANNEL/publications,"
                      + " POST /users/USER/publications and POST /revocations");
        });
  }

  private static HttpAnswer read(AdminRequest request, Supplier<ObjectNode> body) {
    return List.of("GET", "HEAD").contains(request.method())
        ? Json.answer(200, body.get())
        : wrongMethod("GET, HEAD");
  }

  /** {@code POST} begins, with a plan or without one; {@code DELETE} calls it off. */
  private HttpAnswer drain(AdminRequest request) {
    try {
      switch (request.method()) {
        case "GET", "HEAD" -> {}
        case "POST" -> {
          // A form of a foreign web page cannot have this type.
          if (!isJson(request.contentType())) {
            return Json.error(
                415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type: expected application/json");
          }
          JsonNode plan = Json.read(request.body());
          if (plan == null || !plan.isObject()) {
            return Json.error(400, "INVALID_JSON", "body: expected a JSON object, {} will do");
          }
          Long rate = positive(plan, "closesPerSecond", 1_000_000);
          Long timeout = positive(plan, "timeoutMillis", 86_400_000);
          drain.drain(rate == null ? null : rate.intValue(), timeout);
        }
        case "DELETE" -> drain.cancelDrain();
        default -> {
          return wrongMethod("GET, HEAD, POST, DELETE");
        }
      }
    } catch (IllegalArgumentException e) {
      return Json.error(400, "INVALID_PAYLOAD", String.valueOf(e.getMessage()));
    } catch (IllegalStateException e) {
      return Json.error(409, "CONFLICT", String.valueOf(e.getMessage()));
    }
    DrainProgress progress = drain.drainProgress();
    return Json.answer(
        request.method().equals("POST") ? 202 : 200,
        Json.object()
            .put("state", progress.state().name().toLowerCase(Locale.ROOT))
            .put("total", progress.total())
            .put("left", progress.left())
            .put("elapsedMillis", progress.elapsed().toMillis()));
  }

  private static @Nullable Long positive(JsonNode plan, String member, long most) {
    JsonNode value = plan.get(member);
    if (value == null) {
      return null;
    }
    if (!value.isIntegralNumber() || value.longValue() < 1 || value.longValue() > most) {
      throw new IllegalArgumentException(member + ": expected a whole number from 1 to " + most);
    }
    return value.longValue();
  }

  private CompletionStage<HttpAnswer> publish(String family, String name, AdminRequest request) {
    // A form of a foreign web page cannot have this type, and a script there would have to ask.
    if (!isJson(request.contentType())) {
      return done(
          Json.error(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type: expected application/json"));
    }
    if (EnvelopeReader.typeOf(request.body()) == null) {
      return done(
          Json.error(
              400,
              "INVALID_JSON",
              "body: expected one JSON object in UTF-8 with a type that is a string"));
    }
    String key = request.idempotencyKey();
    if (key != null && !IDEMPOTENCY_KEY.matcher(key).matches()) {
      return done(
          Json.error(
              400,
              "INVALID_PAYLOAD",
              "Idempotency-Key: expected 1 to 128 visible ASCII characters"));
    }
    try {
      return family.equals("users")
          ? publishToUser(name, request, key)
          : publishToChannel(name, request.body(), key);
    } catch (IllegalArgumentException e) {
      return done(Json.error(400, "INVALID_PAYLOAD", String.valueOf(e.getMessage())));
    }
  }

  private CompletionStage<HttpAnswer> publishToChannel(
      String name, byte[] envelope, @Nullable String idempotencyKey) {
    ChannelName channel = ChannelName.parse(name);
    if (channel == null) {
      return done(
          Json.error(
              400,
              "INVALID_CHANNEL",
              "channel: expected room:ID or group:ID, ID as [A-Za-z0-9_.:@-]{1,128}"));
    }
    return publisher
        .broadcastToChannel(channel, envelope, idempotencyKey)
        .handle((taken, failure) -> accepted(failure, place(taken)));
  }

  private CompletionStage<HttpAnswer> publishToUser(
      String userId, AdminRequest request, @Nullable String idempotencyKey) {
    if (!UserId.isValid(userId)) {
      return done(Json.error(400, "INVALID_USER", "user: expected " + UserId.EXPECTED));
    }
    String keep = request.query().isEmpty() ? KEEP : request.query();
    if (!keep.equals(KEEP) && !keep.equals(DO_NOT_KEEP)) {
      return done(
          Json.error(400, "INVALID_PAYLOAD", "query: expected " + KEEP + " or " + DO_NOT_KEEP));
    }
    return publisher
        .broadcastToUser(userId, request.body(), keep.equals(KEEP), idempotencyKey)
        .handle(
            (posted, failure) ->
                failure == null
                    ? accepted(null, place(posted.appended()).put("nodes", posted.nodes()))
                    : accepted(failure, Json.object()));
  }

  /** Where the envelope stands now, or stood before when this was a repetition. */
  private static ObjectNode place(@Nullable Appended taken) {
    ObjectNode details = Json.object();
    Position position = taken == null ? null : taken.position();
    if (position != null) {
      details.put("offset", position.offset()).put("epoch", position.epoch());
    }
    if (taken != null && taken.spooled()) {
      details.put("spooled", true);
    }
    return taken != null && taken.repeated() ? details.put("repeated", true) : details;
  }

  private HttpAnswer accepted(@Nullable Throwable failure, ObjectNode details) {
    if (failure == null) {
      return Json.answer(202, details.put("accepted", true));
    }
    if (failures.mayLog()) {
      log.warn(
          "publication over HTTP failed cause={} suppressed={}",
          failure.toString(),
          failures.suppressed());
    }
    return Json.error(503, "UNAVAILABLE", "the backplane cannot take it now; try again");
  }

  private static HttpAnswer wrongMethod(String allowed) {
    HttpAnswer plain = Json.error(405, "METHOD_NOT_ALLOWED", "expected " + allowed);
    return new HttpAnswer(
        plain.status(), plain.contentType(), plain.body(), Map.of("Allow", allowed));
  }

  static boolean isJson(String contentType) {
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return type.strip().toLowerCase(Locale.ROOT).equals("application/json");
  }

  private static String decode(String part) {
    try {
      return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException badEncoding) {
      return part;
    }
  }

  private static CompletionStage<HttpAnswer> done(HttpAnswer answer) {
    return CompletableFuture.completedStage(answer);
  }
}
