package io.velonx.gateway.server.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.server.http.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * JSON Schemas of bodies and answers, from a line each: {@code "offset? integer, users string[]"}
 * is an object with one optional and one required member. Types are those of JSON, {@code []} makes
 * an array of one, and a capital letter begins the name of another schema.
 */
final class Schemas {
  /** An answer that is no JSON. */
  static final String TEXT = "Text";

  private static final Map<String, String> LINES = new LinkedHashMap<>();

  private static final String PLACE =
      "offset? integer, epoch? string, repeated? boolean, spooled? boolean, local? boolean";

  static {
    LINES.put("Envelope", "type string, payload? object");
    LINES.put("Published", "accepted boolean, " + PLACE);
    LINES.put("Sent", "accepted boolean, nodes integer, " + PLACE);
    LINES.put("Batch", "publications BatchItem[]");
    LINES.put(
        "BatchItem",
        "channels? string[], users? string[], envelope Envelope, idempotencyKey? string,"
            + " keep? boolean");
    LINES.put("BatchResult", "results TargetResult[]");
    LINES.put(
        "TargetResult",
        "channel? string, user? string, accepted boolean, nodes? integer, code? string,"
            + " detail? string, "
            + PLACE);
    LINES.put("History", "publications Envelope[], more boolean");
    LINES.put("Presence", "count integer, online OnlineUser[]");
    LINES.put("OnlineUser", "userId string, userName? string, status? string");
    LINES.put("Channels", "channels string[], costs? ChannelCost[], fanout? FanoutCost");
    LINES.put(
        "ChannelCost",
        "channel string, publications integer, deliveries integer, octets integer, cpu number");
    LINES.put(
        "FanoutCost", "seconds integer, deliveries integer, octets integer, processors number");
    LINES.put("Users", "users string[]");
    LINES.put("Connection", "id integer, user string, channels? string[]");
    LINES.put("Connections", "connections Connection[]");
    LINES.put("Nodes", "nodes integer");
    LINES.put("Blocks", "blocked string[]");
    LINES.put(
        "Revocation", "userId? string, sessionId? string, tokenId? string, banSeconds? integer");
    LINES.put("Accepted", "accepted boolean");
    LINES.put("DrainPlan", "closesPerSecond? integer, timeoutMillis? integer");
    LINES.put("Drain", "state string, total integer, left integer, elapsedMillis integer");
    LINES.put("Stats", "");
    LINES.put("Metrics", "");
    LINES.put("Document", "");
    LINES.put("Problem", "type string, title string, status integer, detail string, code string");
  }

  private Schemas() {}

  /** Every schema by its name. */
  static ObjectNode all() {
    ObjectNode all = Json.object();
    LINES.forEach((name, line) -> all.set(name, schema(line)));
    all.putObject(TEXT).put("type", "string");
    return all;
  }

  static ObjectNode reference(String name) {
    return Json.object().put("$ref", "#/components/schemas/" + name);
  }

  private static ObjectNode schema(String line) {
    ObjectNode schema = Json.object().put("type", "object");
    if (line.isEmpty()) {
      return schema;
    }
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = Json.object().putArray("required");
    for (String member : line.split(", *", -1)) {
      int blank = member.indexOf(' ');
      boolean optional = member.charAt(blank - 1) == '?';
      String name = member.substring(0, optional ? blank - 1 : blank);
      properties.set(name, type(member.substring(blank + 1)));
      if (!optional) {
        required.add(name);
      }
    }
    if (!required.isEmpty()) {
      schema.set("required", required);
    }
    return schema;
  }

  private static ObjectNode type(String text) {
    if (text.endsWith("[]")) {
      ObjectNode array = Json.object().put("type", "array");
      array.set("items", type(text.substring(0, text.length() - 2)));
      return array;
    }
    return Character.isUpperCase(text.charAt(0))
        ? reference(text)
        : Json.object().put("type", text);
  }
}
