package io.velonx.gateway.auth;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a token says before anybody believes it. Spec: RFC 7515 §7.1, compact form.
 *
 * @param header a JSON object
 * @param claims a JSON object
 */
public record UnverifiedJwt(JsonNode header, JsonNode claims) {
  /** What fits the request line, with room for the rest of it. */
  public static final int MAX_CHARS = 16 * 1024;

  /** Reads what a token says, without duplicate names and within small limits. */
  static final ObjectMapper JSON =
      new ObjectMapper(
              new JsonFactoryBuilder()
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(32)
                          .maxNumberLength(64)
                          .maxNameLength(256)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final ObjectReader READER = JSON.reader();

  /** Members that would change how the rest is read; nobody needs them here. */
  private static final List<String> REFUSED_MEMBERS = List.of("crit", "b64", "zip", "p2c");

  /** The parts of a token, or null when it is no signed token in compact form. */
  public static @Nullable UnverifiedJwt parse(String token) {
    if (token.length() > MAX_CHARS) {
      return null;
    }
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3 || parts[2].isEmpty() || octets(parts[2]) == null) {
      return null;
    }
    JsonNode header = object(parts[0]);
    JsonNode claims = object(parts[1]);
    return header == null || claims == null ? null : new UnverifiedJwt(header, claims);
  }

  /** The algorithm the header names, or null when it is none of ours. */
  public @Nullable JwtAlgorithm algorithm() {
    return JwtAlgorithm.named(header.path("alg").textValue());
  }

  /** The key the header names, or null. */
  public @Nullable String kid() {
    return header.path("kid").textValue();
  }

  /** What makes the token one we do not read, or null. */
  public @Nullable String oddity() {
    return header.has("enc")
        ? "the header has enc, which is not supported"
        : oddityOfEncrypted(header);
  }

  /** As {@link #oddity}, of an encrypted token. */
  static @Nullable String oddityOfEncrypted(JsonNode header) {
    for (String member : REFUSED_MEMBERS) {
      if (header.has(member)) {
        return "the header has " + member + ", which is not supported";
      }
    }
    if ("JWT".equalsIgnoreCase(header.path("cty").textValue())) {
      return "a token within a token is not supported";
    }
    return null;
  }

  /** A part that is a JSON object, or null. */
  static @Nullable JsonNode object(String part) {
    byte[] octets = octets(part);
    if (octets == null) {
      return null;
    }
    try {
      JsonNode node = READER.readTree(octets);
      return node != null && node.isObject() ? node : null;
    } catch (IOException notJson) {
      return null;
    }
  }

  /** Whether the octets are written as RFC 7515 §2 writes them, and in no other way. */
  static boolean isCanonical(String part) {
    byte[] octets = octets(part);
    return octets != null
        && Base64.getUrlEncoder().withoutPadding().encodeToString(octets).equals(part);
  }

  /** jjwt's decoder skips foreign characters at either end; this one does not. */
  private static byte @Nullable [] octets(String part) {
    try {
      return Base64.getUrlDecoder().decode(part);
    } catch (IllegalArgumentException notBase64) {
      return null;
    }
  }
}
