package io.velonx.gateway.server.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.velonx.gateway.pipeline.HttpAnswer;
import io.velonx.gateway.protocol.UserId;
import io.velonx.gateway.server.TokenMint;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;

/**
 * Hands a token to whoever asks: for trying things out on one machine, never on a port that others
 * can reach. Threading: any thread; immutable.
 */
public final class DemoTokens {
  static final Duration LIFETIME = Duration.ofHours(24);

  private static final int MAX_NAME_CHARS = 64;

  private final TokenMint mint;

  public DemoTokens(TokenMint mint) {
    this.mint = mint;
  }

  /**
   * A token for somebody of that name.
   *
   * @param encoded the last part of the path, percent-encoded
   */
  HttpAnswer answer(String encoded) {
    String name = decode(encoded);
    if (name.isBlank() || name.length() > MAX_NAME_CHARS) {
      return Json.error(
          400, "INVALID_NAME", "name: expected 1 to " + MAX_NAME_CHARS + " characters");
    }
    String userId = userIdOf(name);
    ObjectNode body = Json.object();
    body.put("token", mint.mint(userId, name, null, LIFETIME));
    body.put("userId", userId);
    body.put("name", name);
    return Json.answer(200, body);
  }

  /** The name itself where it may be an id, else one that is the same for the same name. */
  private static String userIdOf(String name) {
    if (UserId.isValid(name)) {
      return name;
    }
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
      return "user-"
          + Base64.getUrlEncoder().withoutPadding().encodeToString(hash).substring(0, 12);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-256", e);
    }
  }

  private static String decode(String encoded) {
    try {
      return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException badEncoding) {
      return "";
    }
  }
}
