package io.velonx.gateway.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.DrainProgress;
import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.inbox.Posted;
import io.velonx.gateway.limit.Rate;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.CommandDecoder;
import io.velonx.gateway.protocol.DecodedCommand;
import io.velonx.gateway.protocol.MessageType;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.server.http.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class BackEndApiTest {
  private static final Logger AUDIT = (Logger) LoggerFactory.getLogger(BackEndApi.AUDIT_LOG);

  private final ListAppender<ILoggingEvent> audited = new ListAppender<>();
  private final List<String> published = new ArrayList<>();
  private final NoNode node = new NoNode();
  private final Answers answers = new Answers();

  @BeforeEach
  void listenToTheAudit() {
    audited.start();
    AUDIT.setLevel(Level.INFO);
    AUDIT.addAppender(audited);
  }

  @AfterEach
  void stopListening() {
    AUDIT.detachAppender(audited);
  }

  @ParameterizedTest
  @CsvSource({
    "reader, GET, /stats, 200",
    "reader, POST, /channels/room:1/publications, 403",
    "reader, DELETE, /users/anna/channels/room:1, 403",
    "writer, POST, /channels/room:1/publications, 202",
    "writer, GET, /stats, 403",
    "both, GET, /stats, 200",
    "both, POST, /channels/room:1/publications, 202",
    "both, DELETE, /drain, 403",
    "boss, DELETE, /users/anna/channels/room:1, 200",
    "boss, GET, /stats, 200",
    "both, GET, /users/anna/blocks, 403",
    "both, DELETE, /users/anna/blocks, 403",
    "boss, GET, /users/anna/blocks, 200",
    "boss, DELETE, /users/anna/blocks, 200",
    "nobody, GET, /stats, 401",
    ", GET, /stats, 401",
    ", GET, /openapi.json, 200"
  })
  void keyIsGoodForItsRolesOnly(@Nullable String key, String method, String path, int status) {
    assertEquals(
        status, ask(withKeys(Rate.UNLIMITED), key, method, path, "{\"type\":\"X\"}").status());
  }

  @Test
  void withoutKeysEverythingMayBeAsked() {
    BackEndApi api = api(new ApiKeys(List.of(), Rate.UNLIMITED));
    assertEquals(200, ask(api, null, "DELETE", "/users/anna/channels/room:1", "").status());
    assertEquals(List.of("unsubscribe anna room:1"), node.calls);
  }

  @Test
  void listOfWhomAUserBlocksIsReadReplacedAndEmptied() {
    BackEndApi api = withKeys(Rate.UNLIMITED);
    String list = "/users/anna/blocks";
    assertEquals("{\"blocked\":[\"mallory\"]}", text(ask(api, "boss", "GET", list, "")));
    assertEquals(
        "{\"blocked\":[\"bert\",\"eve\"]}",
        text(ask(api, "boss", "PUT", list, "{\"blocked\":[\"eve\",\"bert\",\"eve\"]}")));
    assertEquals("{\"blocked\":[]}", text(ask(api, "boss", "DELETE", list, "")));
    assertEquals(List.of("block anna [bert, eve]", "block anna []"), node.calls);
    for (String bad : List.of("{}", "{\"blocked\":\"eve\"}", "{\"blocked\":[1]}", "[]")) {
      assertEquals(400, ask(api, "boss", "PUT", list, bad).status(), bad);
    }
    assertEquals(2, node.calls.size());
  }

  @Test
  void keyThatAsksTooOftenIsToldWhenToComeBack() {
    BackEndApi api = withKeys(new Rate(1, 2));
    assertEquals(200, ask(api, "boss", "GET", "/stats", "").status());
    assertEquals(200, ask(api, "boss", "GET", "/stats", "").status());
    HttpAnswer refused = ask(api, "boss", "GET", "/stats", "");
    assertEquals(429, refused.status());
    assertEquals("1", refused.headers().get("Retry-After"));
    assertEquals(200, ask(api, "reader", "GET", "/stats", "").status());
  }

  @Test
  void everyChangeIsWrittenDownAndNoKeyEverIs() {
    BackEndApi api = withKeys(Rate.UNLIMITED);
    ask(api, "boss", "DELETE", "/users/an%0Ana/connections", "");
    ask(api, "boss", "DELETE", "/users/anna/connections", "");
    ask(api, "nobody", "DELETE", "/users/anna/connections", "");
    ask(api, "boss", "GET", "/stats", "");
    ask(api, "writer", "POST", "/channels/room:1/publications", "{\"type\":\"X\"}");
    List<String> lines = audited.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    assertEquals(
        List.of(
            "done who=boss peer=p what=\"DELETE /users/{user}/connections\" target=[anna]"
                + " status=503",
            "refused who=anonymous peer=p what=\"DELETE /users/{user}/connections\" target=[anna]"
                + " status=401"),
        lines);
    AUDIT.setLevel(Level.DEBUG);
    ask(api, "writer", "POST", "/channels/room:1/publications", "{\"type\":\"X\"}");
    assertTrue(audited.list.get(2).getFormattedMessage().contains("target=[room:1] status=202"));
  }

  @Test
  void problemsAreOfOneShape() {
    HttpAnswer answer =
        ask(withKeys(Rate.UNLIMITED), "boss", "DELETE", "/users/a%20b/connections", "");
    assertEquals("application/problem+json", answer.contentType());
    JsonNode problem = json(answer);
    assertEquals(Set.of("type", "title", "status", "detail", "code"), Set.copyOf(names(problem)));
    assertEquals(400, problem.path("status").asInt());
    assertEquals("INVALID_USER", problem.path("code").asText());
  }

  @Test
  void batchIsCutOutOctetForOctetAndAnsweredTargetByTarget() {
    answers.unavailable = "room:down";
    String body =
        "{ \"more\" : [1], \"publications\":[{\"channels\":[\"room:1\",\"lobby\",\"room:down\"],"
            + "\"idempotencyKey\":\"k\",\"envelope\": { \"type\" : \"A\" , \"n\":1.50 }},"
            + "{\"users\":[\"anna\"],\"keep\":false,\"envelope\":{\"type\":\"B\",\"u\":\"é\\ud800\"}}]}";
    HttpAnswer answer = ask(api(), null, "POST", "/publications", body);
    assertEquals(200, answer.status());
    assertEquals(
        List.of(
            "room:1 k { \"type\" : \"A\" , \"n\":1.50 }",
            "anna once {\"type\":\"B\",\"u\":\"é\\ud800\"}"),
        published);
    JsonNode results = json(answer).path("results");
    assertEquals(4, results.size());
    assertEquals(7, results.get(0).path("offset").asInt());
    assertFalse(results.get(1).path("accepted").asBoolean());
    assertTrue(results.get(1).path("detail").asText().contains("room:ID"));
    assertEquals("UNAVAILABLE", results.get(2).path("code").asText());
    assertEquals(2, results.get(3).path("nodes").asInt());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"publications\":[]}",
        "{\"publications\":[{\"channels\":[\"room:1\"]}]}",
        "{\"publications\":[{\"channels\":\"room:1\",\"envelope\":{}}]}",
        "{\"publications\":[{\"channels\":[1],\"envelope\":{}}]}",
        "{\"publications\":[{\"channels\":[],\"envelope\":{}}]}",
        "{\"publications\":[{\"channels\":[\"room:1\"],\"envelope\":[]}]}",
        "{\"publications\":[]} x",
        "{\"publications\":[{\"channels\":[\"room:1\"],\"envelope\":{}"
      })
  void batchThatIsNoneIsRefused(String body) {
    assertEquals(400, ask(api(), null, "POST", "/publications", body).status());
    assertTrue(published.isEmpty());
  }

  @Test
  void historyIsShownAsItWasPublished() {
    HttpAnswer answer =
        ask(api(), null, "GET", "/channels/room%3A1/publications?before=9&limit=5", "");
    assertEquals(
        "{\"publications\":[{\"type\":\"X\",\"offset\":1},{\"type\":\"X\",\"offset\":1}],"
            + "\"more\":true}",
        new String(answer.body(), StandardCharsets.UTF_8));
    assertEquals(List.of("history room:1 9 5"), node.calls);
    for (String bad : List.of("limit=0", "limit=1001", "limit=x", "before=0")) {
      assertEquals(
          400, ask(api(), null, "GET", "/channels/room:1/publications?" + bad, "").status(), bad);
    }
  }

  @Test
  void fileIsDeletedAndWhoDidItIsWrittenDown() {
    assertEquals(200, ask(api(), null, "DELETE", "/files/known", "").status());
    assertEquals(404, ask(api(), null, "DELETE", "/files/other", "").status());
    assertEquals(List.of("delete file known", "delete file other"), node.calls);
    assertTrue(
        audited.list.get(0).getFormattedMessage().contains("DELETE /files/{file}"),
        audited.list.toString());
  }

  @Test
  void everyRouteIsInTheDocumentAndEverySchemaExists() {
    BackEndApi api = api();
    JsonNode document = json(ask(api, null, "GET", "/openapi.json", ""));
    JsonNode schemas = document.path("components").path("schemas");
    // The documents themselves are added behind it.
    List<Route> described = api.routes().subList(0, api.routes().size() - 2);
    for (Route route : described) {
      JsonNode operation =
          document.path("paths").path(route.path()).path(route.method().toLowerCase(Locale.ROOT));
      assertTrue(operation.isObject(), route.path());
      assertTrue(schemas.has(route.answer()), route.answer());
      assertTrue(route.body() == null || schemas.has(route.body()), route.path());
      assertEquals(
          route.path().chars().filter(c -> c == '{').count(),
          operation.path("parameters").findValuesAsText("in").stream()
              .filter("path"::equals)
              .count());
    }
    for (String reference : document.findValuesAsText("$ref")) {
      assertTrue(schemas.has(reference.substring("#/components/schemas/".length())), reference);
    }
    assertEquals(described.size(), count(document.path("paths")));
  }

  @Test
  void answersAreAsTheDocumentSays() {
    JsonNode schemas =
        json(ask(api(), null, "GET", "/openapi.json", "")).path("components").path("schemas");
    assertMatches(
        schemas,
        "Published",
        ask(api(), null, "POST", "/channels/room:1/publications", "{\"type\":\"X\"}"));
    assertMatches(
        schemas, "Sent", ask(api(), null, "POST", "/users/anna/publications", "{\"type\":\"X\"}"));
    assertMatches(
        schemas,
        "BatchResult",
        ask(
            api(),
            null,
            "POST",
            "/publications",
            "{\"publications\":[{\"users\":[\"a\"],\"envelope\":{\"type\":\"X\"}}]}"));
    assertMatches(schemas, "Drain", ask(api(), null, "POST", "/drain", "{}"));
    assertMatches(schemas, "History", ask(api(), null, "GET", "/channels/room:1/publications", ""));
    assertMatches(schemas, "Presence", ask(api(), null, "GET", "/channels/room:1/presence", ""));
    assertMatches(schemas, "Nodes", ask(api(), null, "DELETE", "/users/anna/channels/room:1", ""));
    assertMatches(schemas, "Problem", ask(api(), null, "GET", "/nothing", ""));
  }

  @Test
  void everyTypeOfTheWireIsDescribed() {
    JsonNode document = json(ask(api(), null, "GET", "/asyncapi.json", ""));
    assertEquals("/ws", document.path("channels").path("socket").path("address").asText());
    JsonNode messages = document.path("components").path("messages");
    Set<String> named = new TreeSet<>();
    messages.forEach(message -> named.add(message.path("name").asText()));
    for (MessageType type : MessageType.values()) {
      assertTrue(named.contains(type.name()), type.name());
    }
    for (String reference : document.findValuesAsText("$ref")) {
      assertTrue(document.at(reference.substring(1)).isObject(), reference);
    }
  }

  /** What the document says of commands is what is accepted, and nothing less is. */
  @Test
  void commandsAsDescribedAreAcceptedAndWithoutARequiredMemberAreNot() {
    JsonNode messages =
        json(ask(api(), null, "GET", "/asyncapi.json", "")).path("components").path("messages");
    for (Map.Entry<String, JsonNode> message : messages.properties()) {
      if (message.getKey().startsWith("command")) {
        JsonNode payload = message.getValue().path("payload").path("properties").path("payload");
        String type = message.getValue().path("name").asText();
        Map<String, Object> members = new LinkedHashMap<>();
        payload
            .path("required")
            .forEach(name -> members.put(name.asText(), example(payload, name.asText())));
        if (payload.has("anyOf")) {
          assertRejected(type, members);
          members.put("roomId", "1");
        }
        assertFalse(decode(type, members) instanceof DecodedCommand.Rejected, type + members);
        payload
            .path("required")
            .forEach(
                name -> {
                  Map<String, Object> less = new LinkedHashMap<>(members);
                  less.remove(name.asText());
                  assertRejected(type, less);
                });
      }
    }
  }

  private static Object example(JsonNode payload, String name) {
    JsonNode schema = payload.path("properties").path(name);
    if (schema.has("examples")) {
      return schema.path("examples").path(0).asText();
    }
    if (schema.has("enum")) {
      return schema.path("enum").path(0).asText();
    }
    return switch (schema.path("type").asText()) {
      case "boolean" -> true;
      case "integer" -> 1;
      default -> "a";
    };
  }

  private static void assertRejected(String type, Map<String, Object> members) {
    assertTrue(decode(type, members) instanceof DecodedCommand.Rejected, type + members);
  }

  private static DecodedCommand decode(String type, Map<String, Object> members) {
    byte[] text = Json.bytes(Json.object().put("type", type).putPOJO("payload", members));
    return new CommandDecoder().decode(text, text.length);
  }

  private static void assertMatches(JsonNode schemas, String name, HttpAnswer answer) {
    assertMatches(schemas, schemas.path(name), json(answer), name);
  }

  private static void assertMatches(JsonNode schemas, JsonNode schema, JsonNode value, String at) {
    String reference = schema.path("$ref").asText();
    if (!reference.isEmpty()) {
      String name = reference.substring(reference.lastIndexOf('/') + 1);
      assertMatches(schemas, schemas.path(name), value, at);
      return;
    }
    boolean good =
        switch (schema.path("type").asText()) {
          case "object" -> value.isObject();
          case "array" -> value.isArray();
          case "integer" -> value.isIntegralNumber();
          case "boolean" -> value.isBoolean();
          case "string" -> value.isTextual();
          default -> false;
        };
    assertTrue(good, at + ": " + value);
    schema.path("required").forEach(name -> assertTrue(value.has(name.asText()), at + ": " + name));
    if (value.isArray()) {
      value.forEach(item -> assertMatches(schemas, schema.path("items"), item, at + "[]"));
    }
    if (schema.has("properties") && !at.endsWith("publications[]")) {
      for (String name : names(value)) {
        assertTrue(schema.path("properties").has(name), at + " has " + name);
        assertMatches(
            schemas, schema.path("properties").path(name), value.path(name), at + "." + name);
      }
    }
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static int count(JsonNode paths) {
    int count = 0;
    for (JsonNode path : paths) {
      count += path.size();
    }
    return count;
  }

  private BackEndApi withKeys(Rate rate) {
    return api(
        new ApiKeys(
            List.of(
                key("reader", "read"),
                key("writer", "publish"),
                key("both", "read+publish"),
                key("boss", "admin")),
            rate));
  }

  private static ApiKey key(String name, String roles) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(secretOf(name).getBytes(StandardCharsets.UTF_8));
      return Objects.requireNonNull(
          ApiKey.parse(name + ":" + roles + ":" + HexFormat.of().formatHex(hash)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static String secretOf(String name) {
    return "key of " + name;
  }

  private BackEndApi api() {
    return api(new ApiKeys(List.of(), Rate.UNLIMITED));
  }

  private BackEndApi api(ApiKeys keys) {
    return new BackEndApi(
        keys,
        () -> Json.object().put("n", 1),
        new MetricRegistry(),
        answers,
        answers,
        node,
        1024,
        "/ws");
  }

  private static String text(HttpAnswer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private HttpAnswer ask(
      BackEndApi api, @Nullable String key, String method, String target, String body) {
    ApiRequest request =
        new ApiRequest(
            method,
            target,
            "application/json",
            key == null ? null : secretOf(key),
            null,
            "p",
            body.getBytes(StandardCharsets.UTF_8));
    return api.answer(request).toCompletableFuture().join();
  }

  private static JsonNode json(HttpAnswer answer) {
    return Objects.requireNonNull(Json.read(answer.body()));
  }

  /** A node that takes everything, but for one channel. */
  private final class Answers implements Publisher, NodeDrain {
    private String unavailable = "";

    @Override
    public CompletionStage<Appended> broadcastToChannel(
        ChannelName channel, byte[] envelope, @Nullable String idempotencyKey) {
      if (channel.text().equals(unavailable)) {
        return CompletableFuture.failedStage(new IllegalStateException("down"));
      }
      published.add(
          channel + " " + idempotencyKey + " " + new String(envelope, StandardCharsets.UTF_8));
      return CompletableFuture.completedStage(new Appended(new Position("e", 7), false, null));
    }

    @Override
    public CompletionStage<Posted> broadcastToUser(
        String userId, byte[] envelope, boolean keep, @Nullable String idempotencyKey) {
      published.add(
          userId + (keep ? " " : " once ") + new String(envelope, StandardCharsets.UTF_8));
      return CompletableFuture.completedStage(new Posted(Appended.LIVE_ONLY, 2));
    }

    @Override
    public void drain(@Nullable Integer closesPerSecond, @Nullable Long timeoutMillis) {}

    @Override
    public void cancelDrain() {}

    @Override
    public DrainProgress drainProgress() {
      return new DrainProgress(DrainProgress.State.SERVING, 1, 1, Duration.ZERO);
    }
  }
}
