package io.velonx.gateway.server.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Appended.Reach;
import io.velonx.gateway.inbox.Posted;
import io.velonx.gateway.metrics.LogThrottle;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.server.api.ApiRequest.Call;
import io.velonx.gateway.server.api.Route.Refused;
import io.velonx.gateway.server.http.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishing over HTTP. */
final class PublishRoutes {
  private static final Logger log = LoggerFactory.getLogger(PublishRoutes.class);

  private final Publisher publisher;
  private final int maxEnvelopeBytes;
  private final LogThrottle failures = new LogThrottle();

  PublishRoutes(Publisher publisher, int maxEnvelopeBytes) {
    this.publisher = publisher;
    this.maxEnvelopeBytes = maxEnvelopeBytes;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            "POST",
            "/channels/{channel}/publications",
            Role.PUBLISH,
            "Publishes an envelope to every subscriber of a channel",
            Map.of(),
            "Envelope",
            202,
            "Published",
            this::toChannel),
        new Route(
            "POST",
            "/users/{user}/publications",
            Role.PUBLISH,
            "Sends an envelope to every connection of a user",
            Map.of("keep", "false for those only who are connected now; else true"),
            "Envelope",
            202,
            "Sent",
            this::toUser),
        new Route(
            "POST",
            "/publications",
            Role.PUBLISH,
            "Publishes several envelopes, each to any number of channels and users",
            Map.of(),
            "Batch",
            200,
            "BatchResult",
            this::batch));
  }

  private CompletionStage<HttpAnswer> toChannel(Call call) {
    ChannelName channel = Arguments.channel(call.argument(0));
    byte[] envelope = envelope(call.request());
    String key = Arguments.idempotencyKey(call.request().idempotencyKey());
    return publisher
        .broadcastToChannel(channel, envelope, key)
        .handle((taken, failure) -> accepted(failure, place(taken)));
  }

  private CompletionStage<HttpAnswer> toUser(Call call) {
    String user = Arguments.user(call.argument(0));
    byte[] envelope = envelope(call.request());
    String key = Arguments.idempotencyKey(call.request().idempotencyKey());
    return publisher
        .broadcastToUser(user, envelope, Arguments.keep(call.request()), key)
        .handle((posted, failure) -> accepted(failure, place(posted)));
  }

  /** One result for each target, in their order; what cannot be taken does not stop the rest. */
  private CompletionStage<HttpAnswer> batch(Call call) {
    Arguments.requireJson(call.request());
    List<CompletableFuture<ObjectNode>> results = new ArrayList<>();
    for (Batch.Item item : Batch.parse(call.request().body()).items()) {
      for (String channel : item.channels()) {
        results.add(
            result(
                Json.object().put("channel", channel),
                () ->
                    publisher
                        .broadcastToChannel(
                            Arguments.channel(channel),
                            checked(item.envelope()),
                            Arguments.idempotencyKey(item.idempotencyKey()))
                        .thenApply(PublishRoutes::place)));
      }
      for (String user : item.users()) {
        results.add(
            result(
                Json.object().put("user", user),
                () ->
                    publisher
                        .broadcastToUser(
                            Arguments.user(user),
                            checked(item.envelope()),
                            item.keep(),
                            Arguments.idempotencyKey(item.idempotencyKey()))
                        .thenApply(PublishRoutes::place)));
      }
    }
    return CompletableFuture.allOf(results.toArray(CompletableFuture<?>[]::new))
        .thenApply(
            done -> {
              ObjectNode body = Json.object();
              ArrayNode list = body.putArray("results");
              results.forEach(result -> list.add(result.join()));
              return Json.answer(200, body);
            });
  }

  private CompletableFuture<ObjectNode> result(ObjectNode target, Publication publication) {
    CompletionStage<ObjectNode> taken;
    try {
      taken = publication.run();
    } catch (Refused | IllegalArgumentException e) {
      return CompletableFuture.completedFuture(
          target.put("accepted", false).put("detail", e.getMessage()));
    }
    return taken
        .handle(
            (details, failure) -> {
              if (failure == null) {
                return target.put("accepted", true).<ObjectNode>setAll(details);
              }
              note(failure);
              return target
                  .put("accepted", false)
                  .put("code", Problem.UNAVAILABLE.name())
                  .put("detail", "the backplane cannot take it now; try again");
            })
        .toCompletableFuture();
  }

  private byte[] envelope(ApiRequest request) {
    Arguments.requireJson(request);
    return checked(request.body());
  }

  /** Whether it is an envelope at all is looked at where it is published, once. */
  private byte[] checked(byte[] envelope) {
    if (envelope.length > maxEnvelopeBytes) {
      throw new Refused(
          Problem.PAYLOAD_TOO_LARGE,
          "envelope: at most " + maxEnvelopeBytes + " octets (limits.message-bytes)");
    }
    return envelope;
  }

  /** Where the envelope stands now, or stood before when this was a repetition. */
  private static ObjectNode place(@Nullable Appended taken) {
    ObjectNode details = Json.object();
    Position position = taken == null ? null : taken.position();
    if (position != null) {
      details.put("offset", position.offset()).put("epoch", position.epoch());
    }
    if (taken != null && taken.reach() == Reach.SPOOLED) {
      details.put("spooled", true);
    }
    if (taken != null && taken.reach() == Reach.HERE) {
      details.put("local", true);
    }
    return taken != null && taken.repeated() ? details.put("repeated", true) : details;
  }

  private static ObjectNode place(@Nullable Posted posted) {
    return posted == null ? Json.object() : place(posted.appended()).put("nodes", posted.nodes());
  }

  private HttpAnswer accepted(@Nullable Throwable failure, ObjectNode details) {
    if (failure == null) {
      return Json.answer(202, details.put("accepted", true));
    }
    note(failure);
    return Problem.UNAVAILABLE.answer("the backplane cannot take it now; try again");
  }

  private void note(Throwable failure) {
    if (failures.mayLog()) {
      log.warn(
          "publication over HTTP failed cause={} suppressed={}",
          failure.toString(),
          failures.suppressed());
    }
  }

  /** Hands one envelope to one target. */
  @FunctionalInterface
  private interface Publication {
    CompletionStage<ObjectNode> run();
  }
}
