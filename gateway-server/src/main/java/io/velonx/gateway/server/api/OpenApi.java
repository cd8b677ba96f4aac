package io.velonx.gateway.server.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.server.http.Json;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Describes the routes. Spec: OpenAPI 3.1. */
final class OpenApi {
  private static final Pattern ARGUMENT = Pattern.compile("\\{(\\w+)}");

  private OpenApi() {}

  static ObjectNode of(List<Route> routes) {
    ObjectNode document = Json.object().put("openapi", "3.1.0");
    document
        .putObject("info")
        .put("title", "Velonx Gateway, the back end's interface")
        .put("version", "1");
    ObjectNode paths = document.putObject("paths");
    for (Route route : routes) {
      ObjectNode path =
          paths.has(route.path())
              ? (ObjectNode) paths.get(route.path())
              : paths.putObject(route.path());
      path.set(route.method().toLowerCase(Locale.ROOT), operation(route));
    }
    ObjectNode components = document.putObject("components");
    components.set("schemas", Schemas.all());
    components
        .putObject("securitySchemes")
        .putObject("key")
        .put("type", "http")
        .put("scheme", "bearer")
        .put("description", "An API key; needed once one is configured (api.keys)");
    return document;
  }

  private static ObjectNode operation(Route route) {
    ObjectNode operation = Json.object().put("summary", route.summary());
    Role role = route.role();
    if (role != null) {
      operation.put("x-role", role.word());
      operation.putArray("security").addObject().putArray("key");
    }
    ArrayNode parameters = Json.object().putArray("parameters");
    Matcher argument = ARGUMENT.matcher(route.path());
    while (argument.find()) {
      parameter(parameters, argument.group(1), "path").put("required", true);
    }
    route
        .query()
        .forEach(
            (name, meaning) -> parameter(parameters, name, "query").put("description", meaning));
    if (route.path().equals("/channels/{channel}/publications") && route.body() != null) {
      parameter(parameters, "Idempotency-Key", "header")
          .put("description", "the same for every attempt; published once in 5 minutes");
    }
    if (!parameters.isEmpty()) {
      operation.set("parameters", parameters);
    }
    if (route.body() != null) {
      ObjectNode body = operation.putObject("requestBody").put("required", true);
      content(body, "application/json", route.body());
    }
    ObjectNode responses = operation.putObject("responses");
    ObjectNode success =
        responses.putObject(Integer.toString(route.status())).put("description", "done");
    boolean text = route.answer().equals(Schemas.TEXT);
    content(success, text ? "text/plain" : "application/json", route.answer());
    ObjectNode failure = responses.putObject("default").put("description", "RFC 9457");
    content(failure, Problem.CONTENT_TYPE, "Problem");
    return operation;
  }

  private static ObjectNode parameter(ArrayNode parameters, String name, String place) {
    ObjectNode parameter = parameters.addObject().put("name", name).put("in", place);
    parameter.putObject("schema").put("type", "string");
    return parameter;
  }

  private static void content(ObjectNode target, String type, String schema) {
    target.putObject("content").putObject(type).set("schema", Schemas.reference(schema));
  }
}
