package io.velonx.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.velonx.gateway.limit.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answers the public port gives by itself, and how any answer is put on the wire.
 *
 * <p>A refusal has a small JSON body that tells the status in words, or the limit that is reached,
 * and nothing more, so that who probes with bad tokens learns no reason. Threading: any thread.
 */
final class Answers {
  /** Spec: RFC 9110 §5.6.7. */
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private Answers() {}

  /** A refusal that says what its status means. */
  static HttpAnswer refusal(int status) {
    return refusal(status, Map.of());
  }

  /** What an upgrade needs to be one. Spec: RFC 6455 §4.2.2, RFC 9110 §15.5.22. */
  static HttpAnswer upgradeRequired() {
    return refusal(426, Map.of("Upgrade", "websocket", "Sec-WebSocket-Version", "13"));
  }

  static HttpAnswer methodNotAllowed() {
    return refusal(405, Map.of("Allow", "GET, HEAD"));
  }

  /** While the node drains; by the time given, a balancer sends the client elsewhere. */
  static HttpAnswer draining() {
    return refusal(503, Map.of("Retry-After", "2"));
  }

  /** Too much for a limit, which is named. */
  static HttpAnswer limited(Refusal refusal) {
    return refusal(
        refusal.reason().status(),
        refusal.text(),
        Map.of("Retry-After", Integer.toString(refusal.retryAfterSeconds())));
  }

  /** 304 instead of an answer whose tag the client names already. Spec: RFC 9110 §13.1.2. */
  static HttpAnswer unlessKnown(HttpAnswer answer, HttpHeaders request) {
    String tag = answer.headers().get("ETag");
    boolean known =
        tag != null
            && HeaderTokens.all(request, HttpHeaderNames.IF_NONE_MATCH).stream()
                .anyMatch(each -> each.equals(tag) || each.equals("W/" + tag));
    return known
        ? new HttpAnswer(304, answer.contentType(), answer.body(), answer.headers())
        : answer;
  }

  private static HttpAnswer refusal(int status, Map<String, String> more) {
    return refusal(status, HttpResponseStatus.valueOf(status).reasonPhrase(), more);
  }

  private static HttpAnswer refusal(int status, String message, Map<String, String> more) {
    HttpResponseStatus meaning = HttpResponseStatus.valueOf(status);
    String code = meaning.reasonPhrase().toUpperCase(Locale.ROOT).replaceAll("\\W+", "_");
    String body =
        "{\"success\":false,\"error\":{\"code\":\"" + code + "\",\"message\":\"" + message + "\"}}";
    Map<String, String> headers = new HashMap<>(more);
    headers.put("Cache-Control", "no-store");
    return new HttpAnswer(
        status, "application/json; charset=utf-8", body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /**
   * An answer as octets. Ownership: returns a buffer the caller releases, which shares the body.
   *
   * @param withBody false for HEAD, which gets the header of GET only (RFC 9110 §9.3.2); 304 never
   *     has one
   */
  static ByteBuf encode(
      ByteBufAllocator allocator, HttpAnswer answer, boolean withBody, boolean keepAlive) {
    StringBuilder head = new StringBuilder(256);
    head.append("HTTP/1.1 ").append(HttpResponseStatus.valueOf(answer.status())).append("\r\n");
    header(head, "Date", DATE.format(Instant.now()));
    header(head, "Content-Type", answer.contentType());
    header(head, "Content-Length", Integer.toString(answer.body().length));
    header(head, "X-Content-Type-Options", "nosniff");
    answer.headers().forEach((name, value) -> header(head, name, value));
    String connection = keepAlive ? "keep-alive" : "close";
    header(head, "Connection", answer.status() == 426 ? connection + ", Upgrade" : connection);
    ByteBuf octets = ByteBufUtil.writeAscii(allocator, head.append("\r\n"));
    return withBody && answer.status() != 304
        ? Unpooled.wrappedBuffer(octets, Unpooled.wrappedBuffer(answer.body()))
        : octets;
  }

  /** The head of the last answer of a socket, whose body follows in pieces. */
  static ByteBuf encodeLast(ByteBufAllocator allocator, int status, Map<String, String> headers) {
    StringBuilder head = new StringBuilder(512);
    head.append("HTTP/1.1 ").append(HttpResponseStatus.valueOf(status)).append("\r\n");
    header(head, "Date", DATE.format(Instant.now()));
    headers.forEach((name, value) -> header(head, name, value));
    header(head, "Connection", "close");
    return ByteBufUtil.writeAscii(allocator, head.append("\r\n"));
  }

  /**
   * The 101.
   *
   * @param subprotocol null for none
   * @param extensions null for none
   */
  static ByteBuf switchingProtocols(
      ByteBufAllocator allocator,
      String acceptKey,
      @Nullable String subprotocol,
      @Nullable String extensions) {
    StringBuilder head = new StringBuilder(192);
    head.append("HTTP/1.1 101 Switching Protocols\r\n");
    header(head, "Upgrade", "websocket");
    header(head, "Connection", "Upgrade");
    header(head, "Sec-WebSocket-Accept", acceptKey);
    if (subprotocol != null) {
      header(head, "Sec-WebSocket-Protocol", subprotocol);
    }
    if (extensions != null) {
      header(head, "Sec-WebSocket-Extensions", extensions);
    }
    return ByteBufUtil.writeAscii(allocator, head.append("\r\n"));
  }

  private static void header(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
}
