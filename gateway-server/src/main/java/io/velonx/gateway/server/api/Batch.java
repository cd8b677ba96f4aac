package io.velonx.gateway.server.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.velonx.gateway.server.api.Route.Refused;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several publications in one request; envelopes are cut out of it octet for octet. */
record Batch(List<Item> items) {
  /** The most pairs of envelope and target. */
  static final int MAX_TARGETS = 1000;

  private static final JsonFactory JSON = new JsonFactory();

  /** Fails: {@link Refused} when it is not what was expected. */
  static Batch parse(byte[] body) {
    List<Item> items = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(body)) {
      expect(parser.nextToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean wanted = "publications".equals(parser.currentName());
        JsonToken value = parser.nextToken();
        if (wanted) {
          expect(value == JsonToken.START_ARRAY);
          while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(item(parser, body));
          }
        } else {
          parser.skipChildren();
        }
      }
      expect(parser.nextToken() == null);
    } catch (IOException notJson) {
      throw wrong();
    }
    int targets = items.stream().mapToInt(item -> item.channels.size() + item.users.size()).sum();
    if (targets == 0 || targets > MAX_TARGETS) {
      throw new Refused(
          Problem.INVALID_PAYLOAD,
          "publications: " + targets + " targets (expected: 1 to " + MAX_TARGETS + ")");
    }
    return new Batch(items);
  }

  private static Item item(JsonParser parser, byte[] body) throws IOException {
    expect(parser.currentToken() == JsonToken.START_OBJECT);
    List<String> channels = List.of();
    List<String> users = List.of();
    String idempotencyKey = null;
    byte[] envelope = null;
    boolean keep = true;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      switch (name) {
        case "channels" -> channels = texts(parser);
        case "users" -> users = texts(parser);
        case "idempotencyKey" -> {
          expect(value == JsonToken.VALUE_STRING);
          idempotencyKey = parser.getText();
        }
        case "keep" -> {
          expect(value.isBoolean());
          keep = parser.getBooleanValue();
        }
        case "envelope" -> {
          expect(value == JsonToken.START_OBJECT);
          int from = (int) parser.currentTokenLocation().getByteOffset();
          parser.skipChildren();
          envelope = Arrays.copyOfRange(body, from, (int) parser.currentLocation().getByteOffset());
        }
        default -> parser.skipChildren();
      }
    }
    expect(envelope != null);
    return new Item(
        channels, users, idempotencyKey, keep, envelope == null ? new byte[0] : envelope);
  }

  private static List<String> texts(JsonParser parser) throws IOException {
    expect(parser.currentToken() == JsonToken.START_ARRAY);
    List<String> texts = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      expect(parser.currentToken() == JsonToken.VALUE_STRING);
      texts.add(parser.getText());
    }
    return texts;
  }

  private static void expect(boolean condition) {
    if (!condition) {
      throw wrong();
    }
  }

  private static Refused wrong() {
    return new Refused(
        Problem.INVALID_JSON,
        "body: expected {publications: [{channels?: […], users?: […], envelope: {…},"
            + " idempotencyKey?}]}");
  }

  /**
   * One envelope and where it goes.
   *
   * @param keep whether users get it who are not connected now
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Item(
      List<String> channels,
      List<String> users,
      @Nullable String idempotencyKey,
      boolean keep,
      byte[] envelope) {
    Item {
      channels = List.copyOf(channels);
      users = List.copyOf(users);
    }
  }
}
