package io.velonx.gateway.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.velonx.gateway.protocol.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page that knows its place in the history of one channel, and checks that every publication is
 * the next one. Threading: one thread at a time.
 */
public final class HistoryReader implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String userId;
  private final String channel;
  private final List<JsonNode> publications = new ArrayList<>();
  private final List<JsonNode> gaps = new ArrayList<>();
  private final List<JsonNode> unplaced = new ArrayList<>();
  private @Nullable WsClient client;
  private @Nullable Position position;

  public HistoryReader(String userId, String channel) {
    this.userId = userId;
    this.channel = channel;
  }

  /** Opens a connection, goes on from its place if it has one, and returns the ACK. */
  public JsonNode connect(TestNode node) {
    WsClient opened = node.open(userId);
    client = opened;
    Position since = position;
    opened.command(
        "{'type':'SUBSCRIBE','id':'s','payload':{'channel':'"
            + channel
            + "'"
            + (since == null
                ? ""
                : ",'since':{'epoch':'" + since.epoch() + "','offset':" + since.offset() + "}")
            + "}}");
    JsonNode ack = opened.expect("ACK").path("payload");
    if (since == null || !ack.path("recovered").asBoolean()) {
      moveTo(ack);
    }
    return ack;
  }

  /** Reads until the publication with that offset is there. */
  public void readTo(long offset) {
    while (offset() < offset) {
      readOne();
    }
  }

  /** Takes the next frame, whatever it is. */
  public void readOne() {
    JsonNode frame;
    try {
      frame = JSON.readTree(client().next());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    if (frame.path("type").asText().equals("GAP")) {
      gaps.add(frame.path("payload"));
      JsonNode gap = frame.path("payload");
      position = new Position(gap.path("epoch").asText(), gap.path("to").asLong(0));
    } else if (frame.has("offset")) {
      Position before = position;
      if (before == null) {
        throw new AssertionError("no place yet: " + frame);
      }
      assertEquals(before.epoch(), frame.path("epoch").asText(), "from " + before + ": " + frame);
      assertEquals(before.offset() + 1, frame.path("offset").asLong(), frame.toString());
      position = new Position(before.epoch(), before.offset() + 1);
      publications.add(frame);
    } else if (frame.path("type").asText().equals("CHAT_MESSAGE")) {
      unplaced.add(frame);
    }
  }

  /** Takes all frames that have arrived. */
  public void readAll() {
    while (waiting() > 0) {
      readOne();
    }
  }

  /** Frames that wait to be read. */
  public int waiting() {
    return client().waiting();
  }

  /** Loses the socket without a word, and what was on its way. */
  public void drop() {
    client().drop();
  }

  public WsClient client() {
    if (client == null) {
      throw new IllegalStateException("not connected");
    }
    return client;
  }

  public long offset() {
    return position == null ? 0 : position.offset();
  }

  public @Nullable Position position() {
    return position;
  }

  public List<JsonNode> publications() {
    return publications;
  }

  /** Chat messages that came without a place. */
  public List<JsonNode> unplaced() {
    return unplaced;
  }

  /** Gaps that nothing filled. */
  public List<JsonNode> losses() {
    return gaps.stream().filter(gap -> !gap.path("recovered").asBoolean()).toList();
  }

  public List<JsonNode> gaps() {
    return gaps;
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
  }

  private void moveTo(JsonNode ack) {
    position =
        ack.has("epoch")
            ? new Position(ack.path("epoch").asText(), ack.path("offset").asLong())
            : null;
  }
}
