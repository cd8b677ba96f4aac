package io.velonx.gateway.server.hooks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backend.Draft;
import io.velonx.gateway.backend.PublishHook;
import io.velonx.gateway.server.hooks.HookAuthorizer.Question;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletionStage;

/** Asks the back end about what clients publish. Threading: any thread. */
final class HttpPublishHook implements PublishHook {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A sentence for a developer, not a page. */
  private static final int MAX_ERROR_CHARS = 256;

  private final Question question;

  HttpPublishHook(Question question) {
    this.question = question;
  }

  @Override
  public CompletionStage<Answer> ask(Draft draft) {
    ObjectNode about =
        user(draft.author())
            .put("type", draft.type().name())
            .put("channel", draft.channel().text())
            .put("messageId", draft.messageId())
            .put("createdAt", draft.createdAt());
    if (draft.content() != null) {
      about.put("content", draft.content());
    }
    if (draft.clientMessageId() != null) {
      about.put("clientMessageId", draft.clientMessageId());
    }
    return question.ask("publish", about).thenApply(HttpPublishHook::answer);
  }

  static ObjectNode user(Principal principal) {
    ObjectNode about = JsonNodeFactory.instance.objectNode();
    ObjectNode user = about.putObject("user").put("id", principal.userId());
    if (principal.name() != null) {
      user.put("name", principal.name());
    }
    if (principal.picture() != null) {
      user.put("picture", principal.picture());
    }
    return about;
  }

  private static Answer answer(JsonNode json) {
    JsonNode accept = json.path("accept");
    if (!accept.isBoolean()) {
      throw new UncheckedIOException(new IOException("the answer lacks accept"));
    }
    if (!accept.booleanValue()) {
      String error = json.path("error").asText("the back end refused it");
      return new Answer.Refused(
          error.length() > MAX_ERROR_CHARS ? error.substring(0, MAX_ERROR_CHARS) : error);
    }
    JsonNode payload = json.get("payload");
    try {
      return new Answer.Accepted(
          payload == null || !payload.isObject() ? null : JSON.writeValueAsBytes(payload),
          json.path("messageId").textValue());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
