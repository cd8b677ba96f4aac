package io.velonx.gateway.testing;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One plain connection to Redis, as a back end has: what goes in and out is exactly these octets.
 *
 * <p>Replies are {@link String} (text of any kind), {@link Long}, {@link List} or null. Threading:
 * one thread at a time; blocks. Fails: {@link IllegalStateException} for an error reply.
 */
public final class RedisClient implements AutoCloseable {
  private static final int READ_TIMEOUT_MILLIS = 10_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;

  private RedisClient(Socket socket) throws IOException {
    this.socket = socket;
    in = new BufferedInputStream(socket.getInputStream());
    out = new BufferedOutputStream(socket.getOutputStream());
  }

  /** Connects to {@code redis://[user:password@]host:port[/database]}. */
  public static RedisClient connect(String url) {
    URI uri = URI.create(url);
    try {
      int port = uri.getPort() < 0 ? 6379 : uri.getPort();
      Socket socket = new Socket(uri.getHost(), port);
      socket.setSoTimeout(READ_TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      RedisClient client = new RedisClient(socket);
      client.authenticate(uri);
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends one command and waits for its reply. */
  public @Nullable Object call(String... words) {
    byte[][] octets = new byte[words.length][];
    for (int i = 0; i < words.length; i++) {
      octets[i] = words[i].getBytes(StandardCharsets.UTF_8);
    }
    return call(octets);
  }

  /** Sends one command and waits for its reply. */
  public @Nullable Object call(byte[]... words) {
    try {
      write(words);
      out.flush();
      return read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Publishes and returns how many connections received it. */
  public long publish(String topic, byte[] message) {
    return (Long) Objects.requireNonNull(call(bytes("PUBLISH"), bytes(topic), message));
  }

  /** Publishes all of them, in order, without waiting for each reply. */
  public void publishAll(String topic, List<byte[]> messages) {
    try {
      int window = 100;
      for (int from = 0; from < messages.size(); from += window) {
        List<byte[]> some = messages.subList(from, Math.min(messages.size(), from + window));
        for (byte[] message : some) {
          write(bytes("PUBLISH"), bytes(topic), message);
        }
        out.flush();
        for (int i = 0; i < some.size(); i++) {
          read();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The members of a set. */
  public Set<String> members(String key) {
    return new TreeSet<>(list(call("SMEMBERS", key)));
  }

  /** The entries of a list. */
  public List<String> entries(String key) {
    return list(call("LRANGE", key, "0", "-1"));
  }

  /** The fields of a hash. */
  public Map<String, String> hash(String key) {
    List<String> flat = list(call("HGETALL", key));
    Map<String, String> fields = new LinkedHashMap<>();
    for (int i = 0; i < flat.size(); i += 2) {
      fields.put(flat.get(i), flat.get(i + 1));
    }
    return fields;
  }

  /** The keys that match. */
  public Set<String> keys(String pattern) {
    return new TreeSet<>(list(call("KEYS", pattern)));
  }

  /** The topics with subscribers that match. */
  public Set<String> topics(String pattern) {
    return new LinkedHashSet<>(list(call("PUBSUB", "CHANNELS", pattern)));
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void authenticate(URI uri) {
    String userInfo = uri.getUserInfo();
    if (userInfo != null) {
      int colon = userInfo.indexOf(':');
      String user = userInfo.substring(0, Math.max(0, colon));
      String password = userInfo.substring(colon + 1);
      if (user.isEmpty()) {
        call("AUTH", password);
      } else {
        call("AUTH", user, password);
      }
    }
    String path = uri.getPath();
    if (path != null && path.length() > 1) {
      call("SELECT", path.substring(1));
    }
  }

  private void write(byte[]... words) throws IOException {
    out.write(bytes("*" + words.length + "\r\n"));
    for (byte[] word : words) {
      out.write(bytes("$" + word.length + "\r\n"));
      out.write(word);
      out.write(bytes("\r\n"));
    }
  }

  private @Nullable Object read() throws IOException {
    String line = readLine();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+' -> rest;
      case '-' -> throw new IllegalStateException(rest);
      case ':' -> Long.valueOf(rest);
      case '$' -> readText(Integer.parseInt(rest));
      case '*' -> readList(Integer.parseInt(rest));
      default -> throw new IOException("unexpected reply: " + line);
    };
  }

  private @Nullable String readText(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    byte[] octets = in.readNBytes(length);
    in.skipNBytes(2);
    return new String(octets, StandardCharsets.UTF_8);
  }

  private List<@Nullable Object> readList(int size) throws IOException {
    List<@Nullable Object> items = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      items.add(read());
    }
    return items;
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c != '\r'; c = in.read()) {
      if (c < 0) {
        throw new EOFException();
      }
      line.append((char) c);
    }
    in.skipNBytes(1);
    return line.toString();
  }

  private static List<String> list(@Nullable Object reply) {
    List<String> texts = new ArrayList<>();
    for (Object item : (List<?>) Objects.requireNonNull(reply)) {
      texts.add(String.valueOf(item));
    }
    return texts;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
