package io.velonx.gateway.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.io.Encoders;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeySetTest {
  private static final Instant LATER = Instant.parse("2100-01-01T00:00:00Z");

  @ParameterizedTest
  @EnumSource(
      value = JwtAlgorithm.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"HS256", "HS384", "HS512"})
  void everySignatureByAKeyPairIsAccepted(JwtAlgorithm algorithm) throws IOException {
    PublicKey open = KeyPairs.of(algorithm, "k1").getPublic();
    KeySet keys = KeySet.parse(KeyPairs.set(KeyPairs.jwk(open, "k1")));
    String token = KeyPairs.token(algorithm, "k1", "u1", LATER);
    TokenVerifier all = verifier(keys, EnumSet.allOf(JwtAlgorithm.class));
    Verification outcome = all.verify(token);
    assertEquals("u1", assertInstanceOf(Verification.Accepted.class, outcome).principal().userId());
    refused(verifier(keys, JwtAlgorithm.SHARED), token);
    refused(all, KeyPairs.token(algorithm, "k2", "u1", LATER));
    refused(all, token.substring(0, token.length() - 6) + "AAAAAA");
    refused(all, KeyPairs.token(algorithm, "k1", "u1", Instant.now().minusSeconds(3600)));
  }

  @Test
  void publicKeyIsNoSecret() throws IOException {
    // The classic confusion: HMAC with the octets of a public key.
    PublicKey open = KeyPairs.of(JwtAlgorithm.RS256, "k1").getPublic();
    KeySet keys = KeySet.parse(KeyPairs.set(KeyPairs.jwk(open, "k1")));
    HmacSecret pem = new HmacSecret(Encoders.BASE64.encode(open.getEncoded()));
    String token =
        Jwts.builder()
            .header()
            .keyId("k1")
            .and()
            .subject("u1")
            .signWith(pem.key(), Jwts.SIG.HS256)
            .compact();
    refused(verifier(keys, EnumSet.allOf(JwtAlgorithm.class)), token);
  }

  @Test
  void keyIsTakenOnlyForTheAlgorithmItIsMadeFor() throws IOException {
    PublicKey rsa = KeyPairs.of(JwtAlgorithm.RS256, "k1").getPublic();
    KeySet keys = KeySet.parse(KeyPairs.set(KeyPairs.jwk(rsa, "k1").put("alg", "RS256")));
    assertNotNull(keys.find("k1", JwtAlgorithm.RS256));
    assertNull(keys.find("k1", JwtAlgorithm.PS256));
    assertNull(keys.find("k1", JwtAlgorithm.ES256));
    assertNull(keys.find("k1", JwtAlgorithm.EDDSA));
    PublicKey curve = KeyPairs.of(JwtAlgorithm.ES256, "k1").getPublic();
    KeySet curves = KeySet.parse(KeyPairs.set(KeyPairs.jwk(curve, "k1")));
    assertNotNull(curves.find("k1", JwtAlgorithm.ES256));
    assertNull(curves.find("k1", JwtAlgorithm.ES384));
  }

  @Test
  void tokenWithoutAKidNeedsAnOnlyKey() throws IOException {
    ObjectNode one = KeyPairs.jwk(KeyPairs.of(JwtAlgorithm.ES256, "k1").getPublic(), "k1");
    ObjectNode two = KeyPairs.jwk(KeyPairs.of(JwtAlgorithm.ES256, "k2").getPublic(), "k2");
    ObjectNode other = KeyPairs.jwk(KeyPairs.of(JwtAlgorithm.EDDSA, "k3").getPublic(), "k3");
    assertNotNull(KeySet.parse(KeyPairs.set(one, other)).find(null, JwtAlgorithm.ES256));
    assertNull(KeySet.parse(KeyPairs.set(one, two)).find(null, JwtAlgorithm.ES256));
  }

  @Test
  void keysThatAreWeakPrivateSharedOrForEncryptionAreLeftOut() throws Exception {
    KeyPairGenerator weak = KeyPairGenerator.getInstance("RSA");
    weak.initialize(1024);
    ObjectNode encryption =
        KeyPairs.jwk(KeyPairs.of(JwtAlgorithm.ES256, "k1").getPublic(), "k1").put("use", "enc");
    ObjectNode shared =
        UnverifiedJwt.JSON
            .createObjectNode()
            .put("kty", "oct")
            .put("kid", "k1")
            .put("k", "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U");
    ObjectNode unknown = UnverifiedJwt.JSON.createObjectNode().put("kty", "XYZ").put("kid", "k1");
    KeySet keys =
        KeySet.parse(
            KeyPairs.set(
                encryption,
                shared,
                unknown,
                KeyPairs.jwk(weak.generateKeyPair().getPublic(), "k1")));
    for (JwtAlgorithm algorithm : JwtAlgorithm.values()) {
      assertNull(keys.find("k1", algorithm), algorithm.toString());
    }
  }

  @Test
  void whatIsNoSetIsRefused() {
    for (String text : List.of("", "{}", "[]", "{\"keys\":{}}", "<html>", "{\"keys\":[]}{}")) {
      assertThrows(
          IOException.class, () -> KeySet.parse(text.getBytes(StandardCharsets.UTF_8)), text);
    }
  }

  private static TokenVerifier verifier(KeySet keys, Set<JwtAlgorithm> algorithms) {
    return new JwtTokenVerifier(
        new JwtPolicy(List.of(new HmacSecret("s")), algorithms, null, null),
        keys,
        Clock.systemUTC());
  }

  private static void refused(TokenVerifier verifier, String token) {
    assertInstanceOf(Verification.Refused.class, verifier.verify(token));
  }
}
