package io.velonx.gateway.server.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.MessageType;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.protocol.Push;
import io.velonx.gateway.server.http.Json;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Describes the wire, from the records that are read and written. Spec: AsyncAPI 3.0. */
final class AsyncApi {
  /** Members of commands that have a value without being there. */
  private static final Set<String> WITH_DEFAULT = Set.of("limit", "presence");

  /** Members of commands that not every text is good for. */
  private static final Map<String, String> EXAMPLES =
      Map.of(
          "contentType", "image/png",
          "sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
          "uploadId", "AAAAAAAAAAAAAAAAAAAAAA");

  private AsyncApi() {}

  /**
   * @param webSocketPath the path of the upgrade
   */
  static ObjectNode of(String webSocketPath) {
    ObjectNode document = Json.object().put("asyncapi", "3.0.0");
    document
        .putObject("info")
        .put("title", "Velonx Gateway, the wire protocol")
        .put("version", "1")
        .put(
            "description", "JSON text frames; what back ends publish is relayed whatever its type");
    ObjectNode channel = Json.object();
    ObjectNode messages = Json.object();
    ObjectNode operations = Json.object();
    add(Command.class, "command", "receive", channel, messages, operations);
    addChunk(channel, messages, operations);
    add(Push.class, "push", "send", channel, messages, operations);
    ObjectNode socket = document.putObject("channels").putObject("socket");
    socket.put("address", webSocketPath).set("messages", channel);
    document.set("operations", operations);
    document.putObject("components").set("messages", messages);
    ObjectNode closes = document.putObject("x-close-codes");
    for (CloseReason reason : CloseReason.values()) {
      closes
          .putObject(Integer.toString(reason.code()))
          .put("text", reason.text())
          .put("advice", reason.advice().name().toLowerCase(Locale.ROOT));
    }
    return document;
  }

  private static void add(
      Class<?> family,
      String prefix,
      String action,
      ObjectNode channel,
      ObjectNode messages,
      ObjectNode operations) {
    ObjectNode operation = operations.putObject(prefix).put("action", action);
    operation.putObject("channel").put("$ref", "#/channels/socket");
    ArrayNode all = operation.putArray("messages");
    for (Class<?> each : family.getPermittedSubclasses()) {
      String name = prefix + each.getSimpleName();
      messages.set(name, message(each));
      channel.putObject(name).put("$ref", "#/components/messages/" + name);
      all.addObject().put("$ref", "#/channels/socket/messages/" + name);
    }
  }

  /** The one message that is no JSON. */
  private static void addChunk(ObjectNode channel, ObjectNode messages, ObjectNode operations) {
    ObjectNode chunk =
        Json.object().put("name", "UPLOAD_CHUNK").put("contentType", "application/octet-stream");
    chunk
        .putObject("payload")
        .put("type", "string")
        .put("format", "binary")
        .put(
            "description",
            "A binary message: 4 octets with the upload of UPLOAD_BEGIN's answer, 8 with the place"
                + " in the file, both with the highest octet first, then chunkBytes of the file,"
                + " or what is left of it; at most windowBytes ahead of UPLOAD_PROGRESS");
    messages.set("chunkUpload", chunk);
    channel.putObject("chunkUpload").put("$ref", "#/components/messages/chunkUpload");
    ((ArrayNode) operations.path("command").path("messages"))
        .addObject()
        .put("$ref", "#/channels/socket/messages/chunkUpload");
  }

  private static ObjectNode message(Class<?> each) {
    MessageType type = typeOf(each);
    boolean command = Command.class.isAssignableFrom(each);
    ObjectNode message =
        Json.object().put("name", type.name()).put("contentType", "application/json");
    ObjectNode schema = message.putObject("payload").put("type", "object");
    ObjectNode members = schema.putObject("properties");
    members.putObject("type").put("const", type.name());
    if (command || type == MessageType.ACK || type == MessageType.ERROR) {
      members.putObject("id").put("type", "string").put("maxLength", 64);
    }
    ObjectNode payload = payload(each, command);
    members.set("payload", payload);
    ArrayNode required = schema.putArray("required").add("type");
    if (!command || payload.has("required") || payload.has("anyOf")) {
      required.add("payload");
    }
    return message;
  }

  private static ObjectNode payload(Class<?> each, boolean command) {
    ObjectNode payload = Json.object().put("type", "object");
    ObjectNode properties = payload.putObject("properties");
    ArrayNode required = Json.object().putArray("required");
    for (RecordComponent component : each.getRecordComponents()) {
      boolean ofEnvelope = command && component.getName().equals("id");
      boolean several =
          component.getGenericType().getTypeName().contains(ChannelName.class.getName());
      if (ofEnvelope) {
        continue;
      }
      if (command && several) {
        target(payload, component.getType() == List.class, isOptional(component, true));
        continue;
      }
      ObjectNode type = type(component.getGenericType());
      String example = command ? EXAMPLES.get(component.getName()) : null;
      if (example != null) {
        type.putArray("examples").add(example);
      }
      properties.set(component.getName(), type);
      if (!isOptional(component, command)) {
        required.add(component.getName());
      }
    }
    if (!required.isEmpty()) {
      payload.set("required", required);
    }
    return payload;
  }

  /** A channel in a command: one of the ways to name it, or a user instead where that may be. */
  private static void target(ObjectNode payload, boolean several, boolean orUser) {
    ObjectNode properties = (ObjectNode) payload.get("properties");
    ArrayNode ways = payload.putArray("anyOf");
    for (String member : List.of("roomId", "groupId", "channel")) {
      properties.putObject(member).putArray("type").add("string").add("null");
      ways.addObject().putArray("required").add(member);
    }
    if (orUser) {
      ways.addObject().putArray("required").add("targetUserId");
    }
    if (several) {
      properties.set("channels", type(String[].class));
      ways.addObject().putArray("required").add("channels");
    }
  }

  private static boolean isOptional(RecordComponent component, boolean command) {
    return component.getAnnotatedType().isAnnotationPresent(Nullable.class)
        || (command && WITH_DEFAULT.contains(component.getName()));
  }

  private static ObjectNode type(Type type) {
    if (type == String.class) {
      return Json.object().put("type", "string");
    }
    if (type == boolean.class || type == Boolean.class) {
      return Json.object().put("type", "boolean");
    }
    if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
      return Json.object().put("type", "integer");
    }
    if (type == Position.class) {
      ObjectNode position = Json.object().put("type", "object");
      position.putObject("properties").set("offset", type(long.class));
      ((ObjectNode) position.get("properties")).set("epoch", type(String.class));
      position.putArray("required").add("offset").add("epoch");
      return position;
    }
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      return array(list.getActualTypeArguments()[0]);
    }
    if (type instanceof Class<?> array && array.isArray()) {
      return array(array.getComponentType());
    }
    if (type instanceof Class<?> family && family.isEnum()) {
      ObjectNode choice = Json.object().put("type", "string");
      ArrayNode values = choice.putArray("enum");
      Arrays.stream(family.getEnumConstants()).forEach(value -> values.add(Json.written(value)));
      return choice;
    }
    if (type instanceof Class<?> part && part.isRecord() && part != Push.RawJson.class) {
      return payload(part, false);
    }
    // JSON that is passed on as it is.
    return Json.object().put("type", "object");
  }

  private static ObjectNode array(Type item) {
    ObjectNode array = Json.object().put("type", "array");
    array.set("items", type(item));
    return array;
  }

  /** The type of a record says it itself, whatever is in it. */
  private static MessageType typeOf(Class<?> each) {
    try {
      RecordComponent[] components = each.getRecordComponents();
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      Constructor<?> constructor = each.getDeclaredConstructor(types);
      Object record = constructor.newInstance(Arrays.stream(types).map(AsyncApi::any).toArray());
      return record instanceof Push push ? push.type() : ((Command) record).type();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a record of the protocol cannot be made: " + each, e);
    }
  }

  private static @Nullable Object any(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    if (type == int.class) {
      return 1;
    }
    if (type == long.class) {
      return 1L;
    }
    return type == List.class ? List.of() : null;
  }
}
