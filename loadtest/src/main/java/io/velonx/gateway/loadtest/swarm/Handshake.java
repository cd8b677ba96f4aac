package io.velonx.gateway.loadtest.swarm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.velonx.gateway.loadtest.dialect.Dialect.Opening;
import io.velonx.gateway.loadtest.dialect.Template;
import io.velonx.gateway.loadtest.dialect.Values;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The upgrade request and the check of its answer. One key for all connections of an event loop:
 * the server has the same work with it, and the swarm need not compute every answer.
 *
 * <p>Threading: one thread at a time. Spec: RFC 6455 §4.1.
 */
public final class Handshake {
  private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private final byte[] fixedHeaders;
  private final String accept;

  public Handshake(SplittableRandom random) {
    byte[] nonce = new byte[16];
    random.nextBytes(nonce);
    String key = Base64.getEncoder().encodeToString(nonce);
    fixedHeaders =
        ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: "
                + key
                + "\r\n")
            .getBytes(ISO_8859_1);
    accept = Base64.getEncoder().encodeToString(sha1(key + MAGIC));
  }

  byte[] request(Opening opening, Endpoint endpoint, Values values) {
    ByteArrayOutputStream request = new ByteArrayOutputStream(512);
    text(request, "GET ");
    request.writeBytes(endpoint.target(opening.path()).render(values));
    text(request, " HTTP/1.1\r\nHost: " + endpoint.authority() + "\r\n");
    request.writeBytes(fixedHeaders);
    if (opening.protocol() != null) {
      text(request, "Sec-WebSocket-Protocol: ");
      request.writeBytes(opening.protocol().render(values));
      text(request, "\r\n");
    }
    for (Template header : opening.headers()) {
      request.writeBytes(header.render(values));
      text(request, "\r\n");
    }
    text(request, "\r\n");
    return request.toByteArray();
  }

  /** A request whose further headers are given, each with its end of line. */
  public byte[] request(String target, String authority, String headers) {
    ByteArrayOutputStream request = new ByteArrayOutputStream(512);
    text(request, "GET " + target + " HTTP/1.1\r\nHost: " + authority + "\r\n");
    request.writeBytes(fixedHeaders);
    text(request, headers + "\r\n");
    return request.toByteArray();
  }

  /** Where the head of an HTTP answer ends; -1 when it is not there yet. */
  public static int endOfHead(byte[] data, int from, int to) {
    for (int at = from; at + 4 <= to; at++) {
      if (data[at] == '\r'
          && data[at + 1] == '\n'
          && data[at + 2] == '\r'
          && data[at + 3] == '\n') {
        return at + 4;
      }
    }
    return -1;
  }

  /** What is wrong with the head of an answer; null for a right 101. */
  public @Nullable String problem(byte[] data, int from, int to) {
    String head = new String(data, from, to - from, ISO_8859_1);
    String status = head.substring(0, head.indexOf('\r'));
    if (!status.startsWith("HTTP/1.1 101")) {
      return "the server answered the upgrade with " + status;
    }
    for (String line : head.split("\r\n", -1)) {
      if (line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-accept:")) {
        return line.substring(line.indexOf(':') + 1).strip().equals(accept)
            ? null
            : "the server answered with a wrong Sec-WebSocket-Accept";
      }
    }
    return "the server answered without Sec-WebSocket-Accept";
  }

  private static void text(ByteArrayOutputStream out, String text) {
    out.writeBytes(text.getBytes(UTF_8));
  }

  private static byte[] sha1(String text) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(text.getBytes(ISO_8859_1));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
