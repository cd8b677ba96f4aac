package io.velonx.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import io.jsonwebtoken.security.Jwks;
import java.io.IOException;
import java.security.Key;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a JWK set that can be used here. Immutable. Spec: RFC 7517 §5.
 *
 * @param keys in the order of the set
 */
record KeySet(List<Entry> keys) implements KeySource {
  static final KeySet EMPTY = new KeySet(List.of());

  /** A set has two or three keys, and a few more while they are changed. */
  private static final int MAX_KEYS = 100;

  KeySet {
    keys = List.copyOf(keys);
  }

  /** Reads a set; keys that are private, not for signatures or unknown are left out. */
  static KeySet parse(byte[] text) throws IOException {
    JsonNode list = UnverifiedJwt.JSON.readTree(text).path("keys");
    if (!list.isArray() || list.size() > MAX_KEYS) {
      throw new IOException("no JWK set of at most " + MAX_KEYS + " keys");
    }
    List<Entry> keys = new ArrayList<>();
    for (JsonNode each : list) {
      PublicKey key = key(each);
      String use = each.path("use").asText("sig");
      if (key != null && use.equals("sig")) {
        keys.add(new Entry(each.path("kid").textValue(), each.path("alg").textValue(), key));
      }
    }
    return new KeySet(keys);
  }

  /** A token that does not say which key it means has one only if there is but one. */
  @Override
  public @Nullable PublicKey find(@Nullable String kid, JwtAlgorithm algorithm) {
    PublicKey found = null;
    for (Entry each : keys) {
      if (each.fits(kid, algorithm)) {
        if (found != null) {
          return null;
        }
        found = each.key;
      }
    }
    return found;
  }

  private static @Nullable PublicKey key(JsonNode jwk) {
    try {
      Key key = Jwks.parser().build().parse(jwk.toString()).toKey();
      return key instanceof PublicKey open ? open : null;
    } catch (RuntimeException unusable) {
      return null;
    }
  }

  /**
   * One key.
   *
   * @param algorithm the only one it may be used with; null for any that fits it
   */
  record Entry(@Nullable String kid, @Nullable String algorithm, PublicKey key) {
    private boolean fits(@Nullable String wanted, JwtAlgorithm by) {
      return (wanted == null || wanted.equals(kid))
          && (algorithm == null || algorithm.equals(by.wireName()))
          && by.fits(key);
    }
  }
}
