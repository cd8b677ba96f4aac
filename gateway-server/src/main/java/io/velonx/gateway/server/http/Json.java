package io.velonx.gateway.server.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.pipeline.HttpAnswer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Answers in JSON. Threading: any thread. */
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static HttpAnswer answer(int status, ObjectNode body) {
    return HttpAnswer.json(status, bytes(body));
  }

  /** A refusal that says what was wrong. */
  static HttpAnswer error(int status, String code, String message) {
    ObjectNode body = object();
    body.putObject("error").put("code", code).put("message", message);
    return answer(status, body);
  }

  /** What the text says, or null when it is no JSON. */
  public static @Nullable JsonNode read(byte[] text) {
    try {
      return MAPPER.readTree(text);
    } catch (IOException notJson) {
      return null;
    }
  }

  /** The text that stands for a value in JSON, as that of a constant. */
  public static String written(Object value) {
    return MAPPER.<JsonNode>valueToTree(value).asText();
  }

  public static byte[] bytes(ObjectNode body) {
    try {
      return MAPPER.writeValueAsBytes(body);
    } catch (JsonProcessingException e) {
      throw new AssertionError("a tree can always be written", e);
    }
  }
}
