package io.velonx.gateway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.metrics.LogThrottle;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.server.api.ApiRequest.Call;
import io.velonx.gateway.server.api.Route.Refused;
import io.velonx.gateway.server.http.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes back what tokens prove: of a user, of a session, or one. */
final class RevocationRoutes {
  private static final Logger log = LoggerFactory.getLogger(RevocationRoutes.class);

  /** A year. */
  private static final long MOST_SECONDS = 31_536_000;

  private final Revoker revoker;
  private final LogThrottle failures = new LogThrottle();

  RevocationRoutes(Revoker revoker) {
    this.revoker = revoker;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            "POST",
            "/revocations",
            Role.ADMIN,
            "Revokes the tokens of a user, of a session, or one; or bans a user for a time",
            Map.of(),
            "Revocation",
            202,
            "Accepted",
            this::revoke));
  }

  private CompletionStage<HttpAnswer> revoke(Call call) {
    JsonNode body = Arguments.object(call.request());
    List<String> named =
        List.of("userId", "sessionId", "tokenId").stream().filter(body::has).toList();
    if (named.size() != 1 || !body.path(named.get(0)).isTextual()) {
      throw new Refused(
          Problem.INVALID_PAYLOAD,
          "body: expected one of userId, sessionId and tokenId, as a string");
    }
    try {
      return revoke(named.get(0), body.path(named.get(0)).textValue(), body.get("banSeconds"))
          .handle((done, failure) -> settled(failure));
    } catch (IllegalArgumentException badId) {
      throw new Refused(Problem.INVALID_PAYLOAD, String.valueOf(badId.getMessage()));
    }
  }

  private CompletionStage<Void> revoke(String member, String id, @Nullable JsonNode ban) {
    if (ban != null) {
      if (!member.equals("userId")
          || !ban.isIntegralNumber()
          || ban.longValue() < 0
          || ban.longValue() > MOST_SECONDS) {
        throw new Refused(
            Problem.INVALID_PAYLOAD,
            "banSeconds: expected a whole number from 0 to " + MOST_SECONDS + ", with a userId");
      }
      return revoker.ban(id, Duration.ofSeconds(ban.longValue()));
    }
    return switch (member) {
      case "userId" -> revoker.revokeUser(id);
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
    return Problem.UNAVAILABLE.answer("the backplane cannot take it now; try again");
  }
}
