package io.velonx.gateway.server.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.NodeDirectory.CostOrder;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.UserId;
import io.velonx.gateway.server.api.Route.Refused;
import io.velonx.gateway.server.http.Json;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what a request says. Fails: {@link Refused}, naming what is wrong. */
final class Arguments {
  /** Of a page, when nothing else is asked for, and at most. */
  static final int USUAL_LIMIT = 100;

  static final int MOST_LIMIT = 1000;

  private static final Pattern IDEMPOTENCY_KEY = Pattern.compile("[\\x21-\\x7E]{1,128}");

  private Arguments() {}

  static ChannelName channel(String text) {
    ChannelName channel = ChannelName.parse(text);
    if (channel == null) {
      throw new Refused(
          Problem.INVALID_CHANNEL,
          "channel: expected room:ID or group:ID, ID as [A-Za-z0-9_.:@-]{1,128}");
    }
    return channel;
  }

  static String user(String text) {
    if (!UserId.isValid(text)) {
      throw new Refused(Problem.INVALID_USER, "user: expected " + UserId.EXPECTED);
    }
    return text;
  }

  /** Whether an envelope for a user is kept for when he is back. */
  static boolean keep(ApiRequest request) {
    String keep = request.parameter("keep");
    if (keep == null || keep.equals("true")) {
      return true;
    }
    if (!keep.equals("false")) {
      throw new Refused(Problem.INVALID_PAYLOAD, "keep: expected true or false");
    }
    return false;
  }

  /** What to sort costs by; null when none are asked for. */
  static @Nullable CostOrder costOrder(ApiRequest request) {
    String sort = request.parameter("sort");
    if (sort == null) {
      return null;
    }
    for (CostOrder order : CostOrder.values()) {
      if (order.name().toLowerCase(Locale.ROOT).equals(sort)) {
        if (order != CostOrder.NAME && request.parameter("after") != null) {
          throw new Refused(Problem.INVALID_PAYLOAD, "after: expected with sort=name only");
        }
        return order;
      }
    }
    throw new Refused(Problem.INVALID_PAYLOAD, "sort: expected name, deliveries, octets or cpu");
  }

  static int limit(ApiRequest request) {
    Long limit = number(request, "limit", MOST_LIMIT);
    return limit == null ? USUAL_LIMIT : limit.intValue();
  }

  /** A parameter that is a number from 1; null when it is absent. */
  static @Nullable Long number(ApiRequest request, String name, long most) {
    String text = request.parameter(name);
    if (text == null) {
      return null;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException notNumber) {
      // As one that is out of range.
    }
    throw new Refused(
        Problem.INVALID_PAYLOAD, name + ": expected a whole number from 1 to " + most);
  }

  /** A member that is a number from 1; null when it is absent. */
  static @Nullable Long number(JsonNode object, String member, long most) {
    JsonNode value = object.get(member);
    if (value == null) {
      return null;
    }
    if (!value.isIntegralNumber() || value.longValue() < 1 || value.longValue() > most) {
      throw new Refused(
          Problem.INVALID_PAYLOAD, member + ": expected a whole number from 1 to " + most);
    }
    return value.longValue();
  }

  /** A form of a foreign web page cannot have this type, and a script there would have to ask. */
  static void requireJson(ApiRequest request) {
    String contentType = request.contentType();
    if (contentType.equals("application/json")) {
      return;
    }
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    if (!type.strip().toLowerCase(Locale.ROOT).equals("application/json")) {
      throw new Refused(Problem.UNSUPPORTED_MEDIA_TYPE, "Content-Type: expected application/json");
    }
  }

  static JsonNode object(ApiRequest request) {
    requireJson(request);
    JsonNode body = Json.read(request.body());
    if (body == null || !body.isObject()) {
      throw new Refused(Problem.INVALID_JSON, "body: expected a JSON object, {} will do");
    }
    return body;
  }

  static @Nullable String idempotencyKey(@Nullable String key) {
    if (key != null && !IDEMPOTENCY_KEY.matcher(key).matches()) {
      throw new Refused(
          Problem.INVALID_PAYLOAD, "Idempotency-Key: expected 1 to 128 visible ASCII characters");
    }
    return key;
  }
}
