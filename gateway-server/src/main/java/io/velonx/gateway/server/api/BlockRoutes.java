package io.velonx.gateway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.server.api.ApiRequest.Call;
import io.velonx.gateway.server.api.Route.Refused;
import io.velonx.gateway.server.http.Json;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** Whom a user blocks; the back end knows, and says so here whenever it changes. */
final class BlockRoutes {
  private static final String PATH = "/users/{user}/blocks";
  private static final String LIST = "Blocks";

  private final NodeControl node;

  BlockRoutes(NodeControl node) {
    this.node = node;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            "GET", PATH, Role.ADMIN, "Whom a user blocks", Map.of(), null, 200, LIST, this::list),
        new Route(
            "PUT",
            PATH,
            Role.ADMIN,
            "Replaces the list of whom a user blocks: these reach him no more, on any node",
            Map.of(),
            LIST,
            200,
            LIST,
            call -> set(call, blocked(call))),
        new Route(
            "DELETE",
            PATH,
            Role.ADMIN,
            "Lets everybody reach a user again",
            Map.of(),
            null,
            200,
            LIST,
            call -> set(call, Set.of())));
  }

  private CompletionStage<HttpAnswer> list(Call call) {
    return node.blocked(Arguments.user(call.argument(0)))
        .handle((blocked, failure) -> failure == null ? answer(blocked) : away());
  }

  private CompletionStage<HttpAnswer> set(Call call, Set<String> blocked) {
    try {
      return node.block(Arguments.user(call.argument(0)), blocked)
          .handle((done, failure) -> failure == null ? answer(blocked) : away());
    } catch (IllegalArgumentException badList) {
      throw new Refused(Problem.INVALID_PAYLOAD, String.valueOf(badList.getMessage()));
    }
  }

  private static Set<String> blocked(Call call) {
    JsonNode list = Arguments.object(call.request()).path("blocked");
    Set<String> blocked = new TreeSet<>();
    boolean texts = list.isArray();
    for (JsonNode user : list) {
      texts &= user.isTextual();
      blocked.add(user.asText());
    }
    if (!texts) {
      throw new Refused(Problem.INVALID_PAYLOAD, "blocked: expected a list of user ids");
    }
    return blocked;
  }

  private static HttpAnswer answer(Set<String> blocked) {
    ObjectNode body = Json.object();
    ArrayNode list = body.putArray("blocked");
    new TreeSet<>(blocked).forEach(list::add);
    return Json.answer(200, body);
  }

  private static HttpAnswer away() {
    return Problem.UNAVAILABLE.answer("the backplane cannot answer now; try again");
  }
}
