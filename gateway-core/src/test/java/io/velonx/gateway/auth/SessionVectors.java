package io.velonx.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Session cookies as Auth.js and NextAuth themselves wrote them, for known secrets. */
public final class SessionVectors {
  private SessionVectors() {}

  public static Stream<Vector> all() {
    try (InputStream in =
        Objects.requireNonNull(
            SessionVectors.class.getResourceAsStream("/sessions/nextauth.json"))) {
      JsonNode vectors = new ObjectMapper().readTree(in).get("vectors");
      return StreamSupport.stream(vectors.spliterator(), false).map(Vector::new);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Vector named(String id) {
    return all().filter(vector -> vector.text("id").equals(id)).findFirst().orElseThrow();
  }

  /** One cookie, and whether it is good. */
  public record Vector(JsonNode node) {
    public String text(String member) {
      return node.path(member).asText();
    }

    public String cookie() {
      return text("cookie_header");
    }

    public HmacSecret secret() {
      return new HmacSecret(text("secret"));
    }

    public boolean isGood() {
      return text("expect").equals("accept");
    }

    @Override
    public String toString() {
      return text("id");
    }
  }
}
