package io.velonx.gateway.pipeline;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request may become a WebSocket, as far as the request alone decides. Threading: any
 * thread; stateless. Spec: RFC 6455 §4.2.1.
 */
final class UpgradeRequest {
  private static final String SUBPROTOCOL = "velonx.v1";
  private static final String VERSION = "13";
  private static final int KEY_BYTES = 16;

  /** Spec: RFC 6455 §1.3. */
  private static final String ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private UpgradeRequest() {}

  /** Whether the client wants to leave HTTP for a WebSocket, rightly asked for or not. */
  static boolean isUpgrade(HttpRequest request) {
    return HeaderTokens.contains(request.headers(), HttpHeaderNames.UPGRADE, "websocket", true);
  }

  /** Why the request is refused, or null when its form is right. */
  static @Nullable HttpAnswer refusal(HttpRequest request) {
    HttpHeaders headers = request.headers();
    if (!request.method().equals(HttpMethod.GET)) {
      return Answers.methodNotAllowed();
    }
    if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        || !hasHost(headers)
        || !HeaderTokens.contains(headers, HttpHeaderNames.CONNECTION, "upgrade", true)) {
      return Answers.refusal(400);
    }
    if (!VERSION.equals(HeaderTokens.single(headers, HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      return Answers.upgradeRequired();
    }
    String key = HeaderTokens.single(headers, HttpHeaderNames.SEC_WEBSOCKET_KEY);
    return key != null && isKey(key) ? null : Answers.refusal(400);
  }

  /** Whether Host is there exactly once. Spec: RFC 9112 §3.2. */
  static boolean hasHost(HttpHeaders headers) {
    String host = HeaderTokens.single(headers, HttpHeaderNames.HOST);
    return host != null && !host.isBlank();
  }

  /**
   * The subprotocol to answer with, or null. A page that offers {@code bearer} with its token wants
   * an answer too; the token itself is never one.
   */
  static @Nullable String subprotocol(HttpHeaders headers) {
    for (String known : List.of(SUBPROTOCOL, Authentication.BEARER)) {
      if (HeaderTokens.contains(headers, HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, known, false)) {
        return known;
      }
    }
    return null;
  }

  /** The proof that the key was read. Spec: RFC 6455 §4.2.2. */
  static String acceptKey(HttpHeaders headers, MessageDigest sha1) {
    String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY) + ACCEPT_GUID;
    return Base64.getEncoder()
        .encodeToString(sha1.digest(key.getBytes(StandardCharsets.ISO_8859_1)));
  }

  private static boolean isKey(String key) {
    try {
      return key.length() == 24 && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }
}
