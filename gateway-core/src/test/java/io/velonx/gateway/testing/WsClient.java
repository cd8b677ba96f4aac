package io.velonx.gateway.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A page: the JDK's own WebSocket client, and the texts it received. Threading: one test thread;
 * receiving happens behind it.
 */
public final class WsClient implements AutoCloseable {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final WebSocket socket;
  private CompletableFuture<?> sending = CompletableFuture.completedFuture(null);

  private WsClient(CompletableFuture<WebSocket> connecting) {
    this.socket = connecting.join();
  }

  /** Connects to a node of this machine and leaves the first message unread. */
  public static WsClient connect(int port, String token) {
    URI uri = URI.create("ws://127.0.0.1:" + port + "/api/community/ws?token=" + token);
    Receiver receiver = new Receiver();
    WsClient client = new WsClient(HTTP.newWebSocketBuilder().buildAsync(uri, receiver));
    receiver.attach(client);
    return client;
  }

  /** Connects and reads the first message. */
  public static WsClient open(int port, String token) {
    WsClient client = connect(port, token);
    client.expect("USER_JOINED");
    return client;
  }

  /** The HTTP status that the upgrade is refused with; 101 when it is not. */
  public static int statusOf(int port, String pathAndQuery) {
    URI uri = URI.create("ws://127.0.0.1:" + port + pathAndQuery);
    try {
      HTTP.newWebSocketBuilder().buildAsync(uri, new Receiver()).join().abort();
      return 101;
    } catch (CompletionException refused) {
      if (refused.getCause() instanceof WebSocketHandshakeException handshake) {
        return handshake.getResponse().statusCode();
      }
      throw refused;
    }
  }

  public void send(String text) {
    sending = sending.thenCompose(before -> socket.sendText(text, true));
  }

  public void sendBinary(byte[] octets) {
    sending = sending.thenCompose(before -> socket.sendBinary(ByteBuffer.wrap(octets), true));
  }

  /** Sends a command; quotes are written as {@code '}. */
  public void command(String text) {
    send(text.replace('\'', '"'));
  }

  /** Subscribes and waits until publications arrive. */
  public void subscribe(String channel) {
    command(
        "{'type':'SUBSCRIBE','id':'sub-" + channel + "','payload':{'channel':'" + channel + "'}}");
    expect("ACK");
  }

  /** The next text, whatever it is. */
  public String next() {
    try {
      String text = received.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (text == null) {
        throw new AssertionError("nothing arrived; closed=" + closed.getNow(0));
      }
      return text;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** The next text that is not of that type. */
  public String nextBut(String type) {
    String text = next();
    while (text.contains("\"type\":\"" + type + "\"")) {
      text = next();
    }
    return text;
  }

  /** The next envelope of that type; others before it are left out. */
  public JsonNode expect(String type) {
    return expect(envelope -> type.equals(envelope.path("type").asText()), type);
  }

  /** The next envelope that satisfies the condition; others before it are left out. */
  public JsonNode expect(Predicate<JsonNode> condition, String wanted) {
    List<String> others = new ArrayList<>();
    while (true) {
      String text;
      try {
        text = next();
      } catch (AssertionError nothing) {
        throw new AssertionError("expected " + wanted + ", got " + others, nothing);
      }
      JsonNode envelope = parse(text);
      if (condition.test(envelope)) {
        return envelope;
      }
      others.add(text);
    }
  }

  /**
   * What has arrived before the answer to a PING that is sent now. The gateway answers in order, so
   * what was on its way is there.
   */
  public List<String> receivedUntilPong() {
    command("{'type':'PING'}");
    List<String> texts = new ArrayList<>();
    for (String text = next(); !text.contains("\"PONG\""); text = next()) {
      texts.add(text);
    }
    return texts;
  }

  /** What has arrived and was not read. */
  public List<String> drain() {
    List<String> texts = new ArrayList<>();
    received.drainTo(texts);
    return texts;
  }

  /** How many texts wait to be read. */
  public int waiting() {
    return received.size();
  }

  /** The code of the close; waits for it. */
  public int closeCode() {
    try {
      return closed.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("not closed", e);
    }
  }

  public boolean isClosed() {
    return closed.isDone();
  }

  /** Loses the socket without a word. */
  public void drop() {
    socket.abort();
  }

  @Override
  public void close() {
    sending
        .thenCompose(before -> socket.sendClose(WebSocket.NORMAL_CLOSURE, ""))
        .whenComplete((sent, failure) -> {});
  }

  private static JsonNode parse(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }

  private static final class Receiver implements WebSocket.Listener {
    private final CompletableFuture<WsClient> client = new CompletableFuture<>();
    private final StringBuilder partial = new StringBuilder();

    void attach(WsClient attached) {
      client.complete(attached);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      partial.append(data);
      if (last) {
        String text = partial.toString();
        partial.setLength(0);
        client.thenAccept(attached -> attached.received.add(text));
      }
      socket.request(1);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
      client.thenAccept(attached -> attached.closed.complete(code));
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      client.thenAccept(attached -> attached.closed.complete(-1));
    }
  }
}
