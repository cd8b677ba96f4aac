package io.velonx.gateway.server.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.metrics.LogThrottle;
import io.velonx.gateway.pipeline.HttpAnswer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /revocations}: kicks or bans a user, or revokes a session or a token. Threading:
 * event loop of the admin port; must not block.
 */
public final class RevocationRoute {
  private static final Logger log = LoggerFactory.getLogger(RevocationRoute.class);

  /** A year. */
  private static final long MOST_SECONDS = 31_536_000;

  private final Revoker revoker;
  private final LogThrottle failures = new LogThrottle();

  public RevocationRoute(Revoker revoker) {
    this.revoker = revoker;
  }

  CompletionStage<HttpAnswer> answer(AdminRequest request) {
    // A form of a foreign web page cannot have this type.
    if (!AdminRoutes.isJson(request.contentType())) {
      return refusal(415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type: expected application/json");
    }
    JsonNode body = Json.read(request.body());
    if (body == null || !body.isObject()) {
      return refusal(400, "INVALID_JSON", "body: expected a JSON object");
    }
    try {
      return revoke(body).handle((done, failure) -> settled(failure));
    } catch (IllegalArgumentException e) {
      return refusal(400, "INVALID_PAYLOAD", String.valueOf(e.getMessage()));
    }
  }

  private CompletionStage<Void> revoke(JsonNode body) {
    List<String> named =
        List.of("userId", "sessionId", "tokenId").stream().filter(body::has).toList();
    if (named.size() != 1 || !body.path(named.get(0)).isTextual()) {
      throw new IllegalArgumentException(
          "body: expected one of userId, sessionId and tokenId, as a string");
    }
    String id = body.path(named.get(0)).textValue();
    JsonNode ban = body.get("banSeconds");
    if (ban != null) {
      if (!named.get(0).equals("userId")
          || !ban.isIntegralNumber()
          || ban.longValue() < 0
          || ban.longValue() > MOST_SECONDS) {
        throw new IllegalArgumentException(
            "banSeconds: expected a whole number from 0 to " + MOST_SECONDS + ", with a userId");
      }
      return revoker.ban(id, Duration.ofSeconds(ban.longValue()));
    }
    return switch (named.get(0)) {
      case "userId" -> revoker.kick(id);
      case "sessionId" -> revoker.revokeSession(id);
      default -> revoker.revokeToken(id);
    };
  }

  private HttpAnswer settled(@Nullable Throwable failure) {
    if (failure == null) {
      return Json.answer(202, Json.object().put("accepted", true));
    }
    if (failures.mayLog()) {
      log.warn(
          "revocation over HTTP failed cause={} suppressed={}",
          failure.toString(),
          failures.suppressed());
    }
    return Json.error(503, "UNAVAILABLE", "the backplane cannot take it now; try again");
  }

  private static CompletionStage<HttpAnswer> refusal(int status, String code, String message) {
    return CompletableFuture.completedStage(Json.error(status, code, message));
  }
}
