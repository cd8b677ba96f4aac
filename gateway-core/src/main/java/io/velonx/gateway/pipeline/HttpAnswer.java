package io.velonx.gateway.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A whole answer to a plain HTTP request. Immutable by agreement: nobody changes the body.
 *
 * @param headers beside Content-Type, Content-Length and Connection, which are always set
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; copying every page would be waste
public record HttpAnswer(int status, String contentType, byte[] body, Map<String, String> headers) {
  public HttpAnswer {
    headers = Map.copyOf(headers);
  }

  public static HttpAnswer json(int status, byte[] body) {
    return new HttpAnswer(
        status, "application/json; charset=utf-8", body, Map.of("Cache-Control", "no-store"));
  }

  public static HttpAnswer text(int status, String body) {
    return new HttpAnswer(
        status,
        "text/plain; charset=utf-8",
        body.getBytes(StandardCharsets.UTF_8),
        Map.of("Cache-Control", "no-store"));
  }
}
