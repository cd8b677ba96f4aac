package io.velonx.gateway.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.velonx.gateway.auth.TokenVerifier.Verification;
import io.velonx.gateway.protocol.ChannelName;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JwtTokenVerifierTest {
  private static final String SECRET = "a secret of the platform";
  private static final Instant NOW = Instant.parse("2026-02-10T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final Map<String, String> MAC_NAMES =
      Map.of("HS256", "HmacSHA256", "HS384", "HmacSHA384", "HS512", "HmacSHA512");

  private final TokenVerifier verifier = new JwtTokenVerifier(JwtPolicy.signedWith(SECRET), CLOCK);

  @ParameterizedTest
  @EnumSource(
      value = JwtAlgorithm.class,
      names = {"HS256", "HS384", "HS512"})
  void everyHmacAlgorithmIsAccepted(JwtAlgorithm algorithm) throws Exception {
    String token = sign("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}", "{\"sub\":\"u1\"}");
    assertEquals("u1", accepted(token).userId());
  }

  @ParameterizedTest
  @MethodSource("secretLengths")
  void secretOfAnyLengthSignsLikeJavaxCrypto(int length) throws Exception {
    String secret = "k".repeat(length);
    TokenVerifier own = new JwtTokenVerifier(JwtPolicy.signedWith(secret), CLOCK);
    for (String algorithm : MAC_NAMES.keySet()) {
      String token = sign("{\"alg\":\"" + algorithm + "\"}", "{\"sub\":\"u1\"}", secret);
      assertNotNull(own.verify(token).principalOrNull(), algorithm + " with " + length);
      String other = sign("{\"alg\":\"" + algorithm + "\"}", "{\"sub\":\"u1\"}", secret + "k");
      assertNull(own.verify(other).principalOrNull(), algorithm + " with " + length);
    }
  }

  static IntStream secretLengths() {
    return IntStream.of(1, 2, 31, 32, 47, 48, 63, 64, 65, 66, 100, 127, 128, 129, 200);
  }

  @Test
  void secretIsTakenAsItsUtf8OctetsAndNotDecoded() throws Exception {
    String secret = "pässword+/=YWJj🔑";
    TokenVerifier own = new JwtTokenVerifier(JwtPolicy.signedWith(secret), CLOCK);
    String token = sign("{\"alg\":\"HS256\"}", "{\"sub\":\"u1\"}", secret);
    assertNotNull(own.verify(token).principalOrNull());
  }

  @Test
  void emptySecretIsRefusedAtStart() {
    assertThrows(IllegalArgumentException.class, () -> JwtPolicy.signedWith(""));
  }

  @Test
  void anySecretOfTheListMayHaveSigned() throws Exception {
    TokenVerifier rotating =
        new JwtTokenVerifier(
            new JwtPolicy(
                List.of(new HmacSecret("new"), new HmacSecret("old")),
                Set.of(JwtAlgorithm.HS256),
                null,
                null),
            CLOCK);
    assertNotNull(rotating.verify(signed("{\"sub\":\"u1\"}", "new")).principalOrNull());
    assertNotNull(rotating.verify(signed("{\"sub\":\"u1\"}", "old")).principalOrNull());
    assertNull(rotating.verify(signed("{\"sub\":\"u1\"}", "older")).principalOrNull());
  }

  @Test
  void algorithmOutsideTheConfiguredSetIsRefused() throws Exception {
    TokenVerifier only512 =
        new JwtTokenVerifier(
            new JwtPolicy(List.of(new HmacSecret(SECRET)), Set.of(JwtAlgorithm.HS512), null, null),
            CLOCK);
    assertNull(only512.verify(signed("{\"sub\":\"u1\"}", SECRET)).principalOrNull());
    String token = sign("{\"alg\":\"HS512\"}", "{\"sub\":\"u1\"}");
    assertNotNull(only512.verify(token).principalOrNull());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\"}",
        "{\"alg\":\"hs256\"}",
        "{\"alg\":\"RS256\"}",
        "{\"alg\":\"ES256\"}",
        "{\"alg\":\"dir\",\"enc\":\"A256GCM\"}",
        "{\"alg\":[\"HS256\"]}",
        "{\"alg\":null}",
        "{}",
        "[]",
        "{\"alg\":\"HS256\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\"} x",
        "{\"alg\":\"HS256\",\"zip\":\"DEF\"}",
        "{\"alg\":\"HS256\",\"zip\":\"GZIP\"}",
        "{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}",
        "{\"alg\":\"HS256\",\"b64\":true}",
        "{\"alg\":\"HS256\",\"crit\":[\"exp\"]}",
        "{\"alg\":\"HS256\",\"crit\":[]}",
        "{\"alg\":\"HS256\",\"p2c\":100000000}",
        "{\"alg\":\"HS256\",\"cty\":\"JWT\"}",
      })
  void headerThatAsksForAnythingElseIsRefused(String header) throws Exception {
    refused(sign(header, "{\"sub\":\"u1\"}"));
  }

  @Test
  void unsignedTokenIsRefused() {
    String header = encode("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8));
    String claims = encode("{\"sub\":\"u1\"}".getBytes(StandardCharsets.UTF_8));
    refused(header + "." + claims + ".");
    refused(header + "." + claims);
    String hs256 = encode("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8));
    refused(hs256 + "." + claims + ".");
  }

  @Test
  void compressedClaimsAreRefused() throws Exception {
    ByteArrayOutputStream deflated = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(deflated)) {
      out.write("{\"sub\":\"u1\"}".getBytes(StandardCharsets.UTF_8));
    }
    refused(sign("{\"alg\":\"HS256\",\"zip\":\"DEF\"}", deflated.toByteArray(), SECRET));
  }

  @Test
  void keysNamedByTheHeaderAreNeverUsed() throws Exception {
    String jwk =
        "{\"kty\":\"oct\",\"k\":\"" + encode("evil".getBytes(StandardCharsets.UTF_8)) + "\"}";
    String header = "{\"alg\":\"HS256\",\"kid\":\"evil\",\"jwk\":" + jwk + "}";
    refused(sign(header, "{\"sub\":\"u1\"}", "evil"));
    String remote =
        "{\"alg\":\"HS256\",\"kid\":\"../../dev/null\",\"jku\":\"https://evil.example/\","
            + "\"x5u\":\"https://evil.example/\"}";
    refused(sign(remote, "{\"sub\":\"u1\"}", "evil"));
    assertEquals("u1", accepted(sign(remote, "{\"sub\":\"u1\"}")).userId());
  }

  @Test
  void expiredTokenIsRefusedAfterTheTolerance() throws Exception {
    long now = NOW.getEpochSecond();
    accepted(signed("{\"sub\":\"u1\",\"exp\":" + (now + 60) + "}"));
    accepted(signed("{\"sub\":\"u1\",\"exp\":" + (now - 14) + "}"));
    refused(signed("{\"sub\":\"u1\",\"exp\":" + (now - 16) + "}"));
    refused(signed("{\"sub\":\"u1\",\"exp\":0}"));
    refused(signed("{\"sub\":\"u1\",\"exp\":-5}"));
  }

  @Test
  void tokenOfTheFutureIsRefusedBeforeTheTolerance() throws Exception {
    long now = NOW.getEpochSecond();
    accepted(signed("{\"sub\":\"u1\",\"nbf\":" + now + "}"));
    accepted(signed("{\"sub\":\"u1\",\"nbf\":" + (now + 14) + "}"));
    refused(signed("{\"sub\":\"u1\",\"nbf\":" + (now + 16) + "}"));
    refused(signed("{\"sub\":\"u1\",\"nbf\":99999999999999999}"));
  }

  @Test
  void timeOfIssueDoesNotMatter() throws Exception {
    accepted(signed("{\"sub\":\"u1\",\"iat\":4102444800}"));
    accepted(signed("{\"sub\":\"u1\",\"iat\":1}"));
  }

  @Test
  void expiryIsPartOfThePrincipal() throws Exception {
    assertNull(accepted(signed("{\"sub\":\"u1\"}")).expiresAt());
    assertEquals(
        Instant.parse("2030-01-01T00:00:00Z"),
        accepted(signed("{\"sub\":\"u1\",\"exp\":1893456000.75}")).expiresAt());
    assertEquals(
        Instant.parse("9999-12-31T23:59:59Z"),
        accepted(signed("{\"sub\":\"u1\",\"exp\":1893456000000}")).expiresAt());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"sub\":\"\"}",
        "{\"sub\":null}",
        "{\"sub\":7}",
        "{\"sub\":[\"u1\"]}",
        "{\"sub\":\"has space\"}",
        "{\"sub\":\"line\\nend\"}",
        "{\"sub\":\"star*\"}",
        "{\"sub\":\"{tag}\"}",
        "{\"sub\":\"u1\",\"sub\":\"u2\"}",
        "{\"sub\":\"u1\",\"exp\":{}}",
        "{\"sub\":\"u1\",\"exp\":[]}",
        "{\"sub\":\"u1\",\"exp\":\"\"}",
        "{\"sub\":\"u1\",\"exp\":\"2999-01-01T00:00:00Z\"}",
        "{\"sub\":\"u1\",\"exp\":\"4102444800\"}",
        "{\"sub\":\"u1\",\"exp\":true}",
        "{\"sub\":\"u1\",\"exp\":null}",
        "{\"sub\":\"u1\",\"exp\":1e999}",
        "{\"sub\":\"u1\",\"exp\":99999999999999999999999999}",
        "{\"sub\":\"u1\",\"nbf\":{}}",
        "{\"sub\":\"u1\",\"nbf\":null}",
        "{\"sub\":\"u1\",\"iat\":{}}",
        "[\"sub\",\"u1\"]",
        "\"sub\"",
        "",
        "not json",
      })
  void claimsOfTheWrongShapeAreRefused(String claims) throws Exception {
    refused(signed(claims));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a+b@example.com", "auth0|1", "ünïcode"})
  void subjectOfAnyUsualIssuerIsAUserId(String subject) throws Exception {
    assertEquals(subject, accepted(signed("{\"sub\":\"" + subject + "\"}")).userId());
  }

  @Test
  void overlongSubjectIsRefused() throws Exception {
    accepted(signed("{\"sub\":\"" + "u".repeat(128) + "\"}"));
    refused(signed("{\"sub\":\"" + "u".repeat(129) + "\"}"));
  }

  @Test
  void issuerAndAudienceMatterOnlyWhenConfigured() throws Exception {
    TokenVerifier choosy =
        new JwtTokenVerifier(
            new JwtPolicy(
                List.of(new HmacSecret(SECRET)), Set.of(JwtAlgorithm.HS256), "velonx", "gateway"),
            CLOCK);
    String both = "{\"sub\":\"u1\",\"iss\":\"velonx\",\"aud\":\"gateway\"}";
    String list = "{\"sub\":\"u1\",\"iss\":\"velonx\",\"aud\":[\"web\",\"gateway\"]}";
    assertNotNull(choosy.verify(signed(both)).principalOrNull());
    assertNotNull(choosy.verify(signed(list)).principalOrNull());
    for (String wrong :
        List.of(
            "{\"sub\":\"u1\"}",
            "{\"sub\":\"u1\",\"iss\":\"velonx\"}",
            "{\"sub\":\"u1\",\"aud\":\"gateway\"}",
            "{\"sub\":\"u1\",\"iss\":\"other\",\"aud\":\"gateway\"}",
            "{\"sub\":\"u1\",\"iss\":\"velonx\",\"aud\":[\"web\"]}",
            "{\"sub\":\"u1\",\"iss\":\"velonx\",\"aud\":[]}",
            "{\"sub\":\"u1\",\"iss\":[\"velonx\"],\"aud\":\"gateway\"}",
            "{\"sub\":\"u1\",\"iss\":\"velonx\",\"aud\":{\"gateway\":1}}")) {
      assertNull(choosy.verify(signed(wrong)).principalOrNull(), wrong);
      if (!wrong.contains("{\"gateway\"") && !wrong.contains("[\"velonx\"]")) {
        assertNotNull(verifier.verify(signed(wrong)).principalOrNull(), wrong);
      }
    }
  }

  @Test
  void nameAndPictureAreTakenOnlyWhenTheyAreStrings() throws Exception {
    Principal full =
        accepted(signed("{\"sub\":\"u1\",\"name\":\"Zoë 🦊\",\"picture\":\"https://a/b.png\"}"));
    assertEquals("Zoë 🦊", full.name());
    assertEquals("https://a/b.png", full.picture());
    for (String odd : List.of("null", "7", "{}", "[\"x\"]", "true", "\"\"", "\"  \"")) {
      Principal bare =
          accepted(signed("{\"sub\":\"u1\",\"name\":" + odd + ",\"picture\":" + odd + "}"));
      assertNull(bare.name(), odd);
      assertNull(bare.picture(), odd);
    }
  }

  @Test
  void loneSurrogatesInNamesAreReplaced() throws Exception {
    Principal principal =
        accepted(
            signed(
                "{\"sub\":\"u1\",\"name\":\"a\\ud800b\\udc00\","
                    + "\"picture\":\"/p\\udfff\\ud83e\\udd8a\"}"));
    assertEquals("a\ufffdb\ufffd", principal.name());
    assertEquals("/p\ufffd🦊", principal.picture());
  }

  @Test
  void overlongNameIsCutBetweenCharactersAndOverlongPictureLeftOut() throws Exception {
    String name = "n".repeat(127) + "🦊";
    String picture = "p".repeat(2049);
    Principal principal =
        accepted(
            signed("{\"sub\":\"u1\",\"name\":\"" + name + "\",\"picture\":\"" + picture + "\"}"));
    assertEquals("n".repeat(127), principal.name());
    assertNull(principal.picture());
  }

  @Test
  void overlongTokenIsRefusedUnread() throws Exception {
    refused(signed("{\"sub\":\"u1\",\"x\":\"" + "x".repeat(16_384) + "\"}"));
    accepted(signed("{\"sub\":\"u1\",\"x\":\"" + "x".repeat(6_000) + "\"}"));
  }

  @ParameterizedTest
  @MethodSource("damagedTokens")
  void damagedTokenIsRefusedAndNeverThrows(String token) {
    refused(token);
  }

  static Stream<String> damagedTokens() throws Exception {
    String good = signed("{\"sub\":\"u1\"}");
    String[] parts = good.split("\\.", -1);
    return Stream.of(
        "",
        ".",
        "..",
        "...",
        "....",
        "a.b.c",
        " " + good,
        good + " ",
        good + ".",
        good + ".x",
        good.substring(0, good.length() - 1),
        good.substring(0, good.length() - 20),
        good + "A",
        good + "\u0000",
        parts[0] + "." + parts[1] + ".A",
        parts[0] + "." + parts[1] + ".!!",
        parts[0] + ".." + parts[2],
        "." + parts[1] + "." + parts[2],
        parts[0] + "." + parts[1] + "." + parts[2] + "." + parts[0] + "." + parts[1],
        "Bearer " + good,
        "🦊.🦊.🦊");
  }

  @Test
  void randomChangesOfATokenAreRefused() throws Exception {
    long seed = 20_260_210;
    Random random = new Random(seed);
    String good = signed("{\"sub\":\"u1\",\"exp\":4102444800}");
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/% ";
    for (int i = 0; i < 2_000; i++) {
      StringBuilder changed = new StringBuilder(good);
      // The last character holds two bits that no octet needs, so it is left alone.
      int at = random.nextInt(good.length() - 1);
      char before = changed.charAt(at);
      char after = alphabet.charAt(random.nextInt(alphabet.length()));
      changed.setCharAt(at, after);
      if (before != after) {
        Verification verification = verifier.verify(changed.toString());
        assertNull(verification.principalOrNull(), "seed " + seed + ": " + changed);
      }
    }
  }

  @Test
  void channelsOfATokenAreKeptOnlyWhereTheyAreLookedAt() throws Exception {
    String token = signed("{\"sub\":\"u1\",\"rooms\":[\"room:1\"]}");
    assertNull(accepted(token).grants());
    TokenVerifier looking =
        new JwtTokenVerifier(JwtPolicy.signedWith(SECRET), KeySource.NONE, "rooms", CLOCK);
    Principal principal = looking.verify(token).principalOrNull();
    assertNotNull(principal);
    Grants grants = principal.grants();
    assertNotNull(grants);
    assertTrue(grants.allows(ChannelAction.PUBLISH, ChannelName.room("1")));
    String odd = signed("{\"sub\":\"u1\",\"rooms\":\"room:1\"}");
    assertNull(looking.verify(odd).principalOrNull());
    assertNotNull(looking.verify(signed("{\"sub\":\"u1\"}")).principalOrNull());
  }

  private Principal accepted(String token) {
    return assertInstanceOf(Verification.Accepted.class, verifier.verify(token)).principal();
  }

  private void refused(String token) {
    assertInstanceOf(Verification.Refused.class, verifier.verify(token));
  }

  private static String signed(String claims) throws GeneralSecurityException {
    return signed(claims, SECRET);
  }

  private static String signed(String claims, String secret) throws GeneralSecurityException {
    return sign("{\"alg\":\"HS256\"}", claims, secret);
  }

  private static String sign(String header, String claims) throws GeneralSecurityException {
    return sign(header, claims, SECRET);
  }

  private static String sign(String header, String claims, String secret)
      throws GeneralSecurityException {
    return sign(header, claims.getBytes(StandardCharsets.UTF_8), secret);
  }

  /** Signs as the header says, or as HS256 when it names something else. */
  private static String sign(String header, byte[] claims, String secret)
      throws GeneralSecurityException {
    String content = encode(header.getBytes(StandardCharsets.UTF_8)) + "." + encode(claims);
    Mac mac = Mac.getInstance(macOf(header));
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), mac.getAlgorithm()));
    return content + "." + encode(mac.doFinal(content.getBytes(StandardCharsets.US_ASCII)));
  }

  private static String macOf(String header) {
    return MAC_NAMES.entrySet().stream()
        .filter(entry -> header.contains(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("HmacSHA256");
  }

  private static String encode(byte[] octets) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
  }
}
