package io.velonx.gateway.server.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.server.http.Json;
import java.util.Map;

/** What can be wrong with a request: the closed list of codes. Spec: RFC 9457 §3. */
public enum Problem {
  BAD_REQUEST(400, "The request cannot be read"),
  INVALID_JSON(400, "The body is not the JSON that was expected"),
  INVALID_PAYLOAD(400, "A member or parameter is missing or wrong"),
  INVALID_CHANNEL(400, "This cannot be the name of a channel"),
  INVALID_USER(400, "This cannot be the id of a user"),
  UNAUTHORIZED(401, "A valid API key is needed"),
  FORBIDDEN(403, "This is not allowed"),
  NOT_FOUND(404, "There is nothing here"),
  METHOD_NOT_ALLOWED(405, "This cannot be done here"),
  CONFLICT(409, "The node is not in a state for this"),
  PAYLOAD_TOO_LARGE(413, "The body is too large"),
  UNSUPPORTED_MEDIA_TYPE(415, "The body has the wrong type"),
  RATE_LIMITED(429, "Too many requests"),
  INTERNAL(500, "Our fault"),
  UNAVAILABLE(503, "This cannot be done now");

  public static final String CONTENT_TYPE = "application/problem+json";

  private final int status;
  private final String title;

  Problem(int status, String title) {
    this.status = status;
    this.title = title;
  }

  public int status() {
    return status;
  }

  public String title() {
    return title;
  }

  /** An answer that says it. */
  public HttpAnswer answer(String detail) {
    return answer(detail, Map.of());
  }

  HttpAnswer answer(String detail, Map<String, String> headers) {
    ObjectNode body =
        Json.object()
            .put("type", "urn:velonx:problem:" + name())
            .put("title", title)
            .put("status", status)
            .put("detail", detail)
            .put("code", name());
    return new HttpAnswer(status, CONTENT_TYPE, Json.bytes(body), headers);
  }
}
