package io.velonx.gateway.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.testing.Corpus;
import java.io.IOException;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands from a corpus, mutated, and a tree parser's opinion of them. */
class CommandDecoderFuzzTest {
  private final Corpus corpus = Corpus.of("/fuzz/commands");
  private final ObjectMapper trees = new ObjectMapper(JsonCodec.STRICT);
  private final CommandDecoder decoder = new CommandDecoder();

  @Test
  void corpusIsDecodedAsATreeReadsIt() {
    corpus.inputs().forEach(text -> assertAsInTheTree(text, new Random(1)));
  }

  @Test
  @Timeout(86_400)
  void mutationsAreDecodedAsATreeReadsThem() {
    corpus.fuzz(50_000, this::assertAsInTheTree);
  }

  private void assertAsInTheTree(byte[] text, Random random) {
    // The rest of the array is what was in it before.
    int length = random.nextInt(8) == 0 ? random.nextInt(text.length + 1) : text.length;
    DecodedCommand decoded = decoder.decode(text, length);
    JsonNode tree = object(text, length);
    if (tree == null) {
      assertEquals(ErrorCode.INVALID_JSON, codeOf(decoded));
      return;
    }
    assertNotEquals(ErrorCode.INVALID_JSON, codeOf(decoded));
    if (decoded instanceof Command command) {
      assertEquals(tree.path("type").textValue(), command.type().name());
      assertPayload(tree.path("payload"), command);
    }
  }

  private static void assertPayload(JsonNode payload, Command command) {
    if (command instanceof Command.Typing typing) {
      assertEquals(channel(payload), typing.channel().text());
      assertEquals(payload.path("isTyping").booleanValue(), typing.isTyping());
    } else if (command instanceof Command.DirectTyping typing) {
      assertEquals(payload.path("targetUserId").textValue(), typing.targetUserId());
      assertEquals(payload.path("isTyping").booleanValue(), typing.isTyping());
    } else if (command instanceof Command.ChatMessage message) {
      assertEquals(channel(payload), message.channel().text());
      assertEquals(payload.path("content").textValue(), message.content());
    } else if (command instanceof Command.MessageEdit edit) {
      assertEquals(payload.path("messageId").textValue(), edit.messageId());
      assertEquals(payload.path("content").textValue(), edit.content());
    } else if (command instanceof Command.MessageDelete delete) {
      assertEquals(payload.path("messageId").textValue(), delete.messageId());
    }
  }

  private static String channel(JsonNode payload) {
    String room = payload.path("roomId").asText("");
    String group = payload.path("groupId").asText("");
    if (payload.path("roomId").isTextual() && !room.isEmpty()) {
      return "room:" + room;
    }
    return payload.path("groupId").isTextual() && !group.isEmpty()
        ? "group:" + group
        : payload.path("channel").asText();
  }

  private static @Nullable ErrorCode codeOf(DecodedCommand decoded) {
    return decoded instanceof DecodedCommand.Rejected rejected ? rejected.code() : null;
  }

  /** The one object in there, or null. */
  private @Nullable JsonNode object(byte[] text, int length) {
    try (JsonParser parser = JsonCodec.STRICT.createParser(text, 0, length)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      JsonNode tree = trees.readTree(parser);
      return parser.nextToken() == null ? tree : null;
    } catch (IOException notJson) {
      return null;
    }
  }
}
