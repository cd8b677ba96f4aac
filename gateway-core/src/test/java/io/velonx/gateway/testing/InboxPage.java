package io.velonx.gateway.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page that reads its user's inbox, and checks that offsets follow each other. What it has, it
 * remembers across connections. Threading: one thread at a time.
 */
public final class InboxPage implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String token;
  private final @Nullable String device;
  private final List<String> contents = new ArrayList<>();
  private final List<JsonNode> gaps = new ArrayList<>();
  private @Nullable WsClient client;
  private long offset;

  /**
   * @param device null for a page that names none
   */
  public InboxPage(String token, @Nullable String device) {
    this.token = token;
    this.device = device;
  }

  /** Opens a connection and its inbox, and returns where the inbox goes on. */
  public JsonNode connect(TestNode node) {
    return connect(node.port());
  }

  public JsonNode connect(int port) {
    client = WsClient.open(port, token);
    String member = device == null ? "" : "'device':'" + device + "'";
    client().command("{'type':'INBOX','id':'inbox','payload':{" + member + "}}");
    JsonNode answer =
        client().expect(each -> each.path("id").asText().equals("inbox"), "the answer to INBOX");
    assertEquals("ACK", answer.path("type").asText(), answer.toString());
    assertEquals("inbox", answer.path("payload").path("channel").asText());
    offset = answer.path("payload").path("offset").asLong();
    return answer.path("payload");
  }

  /** Takes the next message, as {@link #contents} has it; gaps before it are noted. */
  public String read() {
    while (true) {
      JsonNode frame = parse(client().next());
      if (frame.path("type").asText().equals("GAP")) {
        JsonNode gap = frame.path("payload");
        gaps.add(gap);
        if (gap.has("to")) {
          assertEquals(offset + 1, gap.path("from").asLong(), gap.toString());
        }
        offset = gap.path("to").asLong(0);
      } else if (frame.has("offset")) {
        assertEquals(offset + 1, frame.path("offset").asLong(), frame.toString());
        offset++;
        contents.add(frame.path("payload").path("content").asText());
        return contents.get(contents.size() - 1);
      }
    }
  }

  /** Reads until it has so many messages in all. */
  public void readTo(int count) {
    while (contents.size() < count) {
      read();
    }
  }

  /** Acknowledges everything it has read, and waits until that is noted. */
  public void acknowledge() {
    acknowledge(offset);
  }

  public void acknowledge(long upTo) {
    client().command("{'type':'INBOX_ACK','id':'a" + upTo + "','payload':{'offset':" + upTo + "}}");
    JsonNode answer =
        client()
            .expect(each -> each.path("id").asText().equals("a" + upTo), "the answer to INBOX_ACK");
    assertEquals("ACK", answer.path("type").asText(), answer.toString());
    assertTrue(answer.path("payload").path("offset").asLong() >= upTo, answer.toString());
  }

  /** Acknowledges and waits for nothing: what comes meanwhile is not lost to {@link #read}. */
  public void acknowledgeSilently() {
    acknowledgeSilently(offset);
  }

  public void acknowledgeSilently(long upTo) {
    client().command("{'type':'INBOX_ACK','payload':{'offset':" + upTo + "}}");
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
    return offset;
  }

  /** The {@code content} of all messages read, in the order they came. */
  public List<String> contents() {
    return contents;
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

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new AssertionError(text, e);
    }
  }
}
