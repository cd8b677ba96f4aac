package io.velonx.gateway.server.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.NodeDirectory.CostOrder;
import io.velonx.gateway.NodeDirectory.CostPage;
import io.velonx.gateway.NodeDirectory.OpenConnection;
import io.velonx.gateway.fanout.ChannelCost;
import io.velonx.gateway.fanout.ChannelCosts;
import io.velonx.gateway.history.HistoryPage;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.OnlineUser;
import io.velonx.gateway.server.api.ApiRequest.Call;
import io.velonx.gateway.server.api.Route.Refused;
import io.velonx.gateway.server.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Who is connected, what was said, and who has to leave. */
final class UserRoutes {
  private static final String LIMIT =
      "at most so many, " + Arguments.USUAL_LIMIT + " when not set, up to " + Arguments.MOST_LIMIT;

  private static final String COSTS =
      "name, or who costs most first: deliveries, octets, cpu; adds what each channel cost in the"
          + " last "
          + ChannelCosts.SPAN.toSeconds()
          + " s that are over; cpu is its share of the fan-out, estimated from writes and octets,"
          + " and processors what the whole fan-out took, measured";

  private final NodeControl node;

  UserRoutes(NodeControl node) {
    this.node = node;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            "GET",
            "/channels/{channel}/publications",
            Role.READ,
            "What was published in a channel that keeps history, oldest first",
            Map.of("before", "only what stands before this offset", "limit", LIMIT),
            null,
            200,
            "History",
            this::history),
        new Route(
            "GET",
            "/channels/{channel}/presence",
            Role.READ,
            "Who is online in a channel, on all nodes; of many, some",
            Map.of(),
            null,
            200,
            "Presence",
            this::presence),
        new Route(
            "GET",
            "/channels",
            Role.READ,
            "The channels with subscribers on this node, and on demand what they cost it",
            Map.of(
                "prefix",
                "only channels that begin so",
                "after",
                "the last one of the page before, in the order of names",
                "sort",
                COSTS,
                "limit",
                LIMIT),
            null,
            200,
            "Channels",
            this::channels),
        new Route(
            "GET",
            "/users",
            Role.READ,
            "The users connected to this node",
            Map.of(
                "prefix", "only users whose ids begin so",
                "after", "the last one of the page before",
                "limit", LIMIT),
            null,
            200,
            "Users",
            this::users),
        new Route(
            "GET",
            "/connections",
            Role.READ,
            "The connections of this node",
            Map.of(
                "user", "only his",
                "after", "the last one of the page before",
                "limit", LIMIT),
            null,
            200,
            "Connections",
            this::connections),
        new Route(
            "GET",
            "/connections/{connection}",
            Role.READ,
            "One connection of this node, with its channels",
            Map.of(),
            null,
            200,
            "Connection",
            this::connection),
        new Route(
            "DELETE",
            "/connections/{connection}",
            Role.ADMIN,
            "Closes one connection of this node with 4003",
            Map.of(),
            null,
            200,
            "Connection",
            this::close),
        new Route(
            "DELETE",
            "/users/{user}/connections",
            Role.ADMIN,
            "Closes every connection of a user with 4003, on every node",
            Map.of(),
            null,
            200,
            "Nodes",
            call -> nodes(node.kickUser(Arguments.user(call.argument(0))))),
        new Route(
            "DELETE",
            "/users/{user}/channels/{channel}",
            Role.ADMIN,
            "Takes a user out of a channel, on every node",
            Map.of(),
            null,
            200,
            "Nodes",
            call ->
                nodes(
                    node.unsubscribeUser(
                        Arguments.user(call.argument(0)), Arguments.channel(call.argument(1))))));
  }

  private CompletionStage<HttpAnswer> history(Call call) {
    return node.history(
            Arguments.channel(call.argument(0)),
            Arguments.number(call.request(), "before", Long.MAX_VALUE),
            Arguments.limit(call.request()))
        .handle((page, failure) -> failure == null ? page(page) : away());
  }

  /** Envelopes as they were published, whatever JSON they are. */
  private static HttpAnswer page(HistoryPage page) {
    StringBuilder body = new StringBuilder("{\"publications\":[");
    for (byte[] envelope : page.messages()) {
      body.append(body.charAt(body.length() - 1) == '[' ? "" : ",")
          .append(new String(envelope, StandardCharsets.UTF_8));
    }
    body.append("],\"more\":").append(page.more()).append('}');
    return HttpAnswer.json(200, body.toString().getBytes(StandardCharsets.UTF_8));
  }

  private CompletionStage<HttpAnswer> presence(Call call) {
    return node.online(Arguments.channel(call.argument(0)))
        .handle(
            (online, failure) -> {
              if (failure != null) {
                return away();
              }
              ObjectNode body = Json.object().put("count", online.count());
              ArrayNode list = body.putArray("online");
              for (OnlineUser user : online.users()) {
                ObjectNode shown = list.addObject().put("userId", user.userId());
                if (user.userName() != null) {
                  shown.put("userName", user.userName());
                }
                if (user.status() != null) {
                  shown.put("status", user.status().text());
                }
              }
              return Json.answer(200, body);
            });
  }

  private CompletionStage<HttpAnswer> channels(Call call) {
    String prefix = call.request().parameter("prefix");
    String afterText = call.request().parameter("after");
    ChannelName after = afterText == null ? null : Arguments.channel(afterText);
    int limit = Arguments.limit(call.request());
    CostOrder order = Arguments.costOrder(call.request());
    ObjectNode body = Json.object();
    ArrayNode list = body.putArray("channels");
    if (order == null) {
      node.directory()
          .channels(prefix == null ? "" : prefix, after, limit)
          .forEach(channel -> list.add(channel.text()));
    } else {
      CostPage page = node.directory().costs(prefix == null ? "" : prefix, order, after, limit);
      ArrayNode costs = body.putArray("costs");
      for (ChannelCost cost : page.channels()) {
        list.add(cost.channel().text());
        costs.add(shown(cost));
      }
      body.putObject("fanout")
          .put("seconds", ChannelCosts.SPAN.toSeconds())
          .put("deliveries", page.node().deliveries())
          .put("octets", page.node().octets())
          .put("processors", rounded(page.node().processors()));
    }
    return done(Json.answer(200, body));
  }

  private static ObjectNode shown(ChannelCost cost) {
    return Json.object()
        .put("channel", cost.channel().text())
        .put("publications", cost.publications())
        .put("deliveries", cost.deliveries())
        .put("octets", cost.octets())
        .put("cpu", rounded(cost.share()));
  }

  /** More digits than an estimate has would only look like more. */
  private static double rounded(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }

  private CompletionStage<HttpAnswer> users(Call call) {
    String prefix = call.request().parameter("prefix");
    ObjectNode body = Json.object();
    ArrayNode list = body.putArray("users");
    node.directory()
        .users(
            prefix == null ? "" : prefix,
            call.request().parameter("after"),
            Arguments.limit(call.request()))
        .forEach(list::add);
    return done(Json.answer(200, body));
  }

  private CompletionStage<HttpAnswer> connections(Call call) {
    ObjectNode body = Json.object();
    ArrayNode list = body.putArray("connections");
    node.directory()
        .connections(
            call.request().parameter("user"),
            Arguments.number(call.request(), "after", Long.MAX_VALUE),
            Arguments.limit(call.request()))
        .forEach(connection -> list.add(shown(connection)));
    return done(Json.answer(200, body));
  }

  private CompletionStage<HttpAnswer> connection(Call call) {
    OpenConnection connection = find(call);
    CompletionStage<List<ChannelName>> channels = node.directory().subscriptions(connection);
    if (channels == null) {
      throw gone();
    }
    return channels.thenApply(
        names -> {
          ObjectNode body = shown(connection);
          ArrayNode list = body.putArray("channels");
          names.forEach(name -> list.add(name.text()));
          return Json.answer(200, body);
        });
  }

  private CompletionStage<HttpAnswer> close(Call call) {
    OpenConnection connection = find(call);
    if (!node.directory().close(connection)) {
      throw gone();
    }
    return done(Json.answer(200, shown(connection)));
  }

  private OpenConnection find(Call call) {
    try {
      OpenConnection found = node.directory().connection(Long.parseLong(call.argument(0)));
      if (found != null) {
        return found;
      }
    } catch (NumberFormatException notNumber) {
      // As one that is not there.
    }
    throw gone();
  }

  private static Refused gone() {
    return new Refused(Problem.NOT_FOUND, "connection: not on this node");
  }

  private static ObjectNode shown(OpenConnection connection) {
    return Json.object().put("id", connection.id()).put("user", connection.userId());
  }

  private static CompletionStage<HttpAnswer> nodes(CompletionStage<Integer> answer) {
    return answer.handle(
        (nodes, failure) ->
            failure == null ? Json.answer(200, Json.object().put("nodes", nodes)) : away());
  }

  private static HttpAnswer away() {
    return Problem.UNAVAILABLE.answer("the backplane cannot answer now; try again");
  }

  private static CompletionStage<HttpAnswer> done(HttpAnswer answer) {
    return CompletableFuture.completedFuture(answer);
  }
}
