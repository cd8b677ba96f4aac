package io.velonx.gateway.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.AeadAlgorithm;
import io.velonx.gateway.auth.SessionVectors.Vector;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JweSessionVerifierTest {
  private static final String V5 = "authjs.session-token";
  private static final String V4 = "next-auth.session-token";
  private static final HmacSecret SECRET = new HmacSecret("a secret of the site");
  private static final Instant NOW = Instant.parse("2026-02-10T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final long END = NOW.getEpochSecond() + 3600;

  private final SessionVerifier verifier = new JweSessionVerifier(List.of(SECRET), CLOCK);

  static Stream<Vector> vectors() {
    return SessionVectors.all();
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void cookieOfTheSiteIsTakenOrRefusedAsTheSiteWould(Vector vector) {
    SessionVerifier own = new JweSessionVerifier(List.of(vector.secret()), Clock.systemUTC());
    SessionCookie cookie = SessionCookie.find(List.of(vector.cookie()));
    assertNotNull(cookie);
    assertEquals(vector.text("cookie_name"), cookie.name());
    assertEquals(vector.text("token"), cookie.token());
    Verification outcome = own.verify(cookie);
    if (vector.isGood()) {
      Principal principal = assertInstanceOf(Verification.Accepted.class, outcome).principal();
      assertEquals(vector.text("user"), principal.userId());
      assertEquals("Asha Rao", principal.name());
      assertNotNull(principal.credential());
      assertEquals(vector.node().at("/claims/jti").asText(), principal.credential().tokenId());
    } else {
      assertInstanceOf(Verification.Refused.class, outcome);
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void anySecretOfTheListMayHaveEncrypted(Vector vector) {
    SessionVerifier rotating =
        new JweSessionVerifier(
            List.of(new HmacSecret("new"), vector.secret(), new HmacSecret("old")),
            Clock.systemUTC());
    SessionCookie cookie = SessionCookie.find(List.of(vector.cookie()));
    assertNotNull(cookie);
    assertEquals(vector.isGood(), rotating.verify(cookie).principalOrNull() != null);
    SessionVerifier other = new JweSessionVerifier(List.of(SECRET), Clock.systemUTC());
    assertInstanceOf(Verification.Refused.class, other.verify(cookie));
  }

  @Test
  void everyEncryptionOfASchemeIsRead() {
    accepted(V5, encrypted(V5, Jwts.ENC.A256CBC_HS512, Map.of("sub", "u1", "exp", END)));
    accepted(V5, encrypted(V5, Jwts.ENC.A256GCM, Map.of("sub", "u1", "exp", END)));
    accepted(V4, encrypted(V4, Jwts.ENC.A256GCM, Map.of("sub", "u1", "exp", END)));
  }

  @Test
  void cookieUnderAnotherNameIsRefused() {
    String token = encrypted(V5, Jwts.ENC.A256GCM, Map.of("sub", "u1", "exp", END));
    refused("__Secure-" + V5, token);
    refused(V4, token);
  }

  @Test
  void clocksMayDifferByTheTolerance() {
    Duration tolerance = JwtTokenVerifier.CLOCK_TOLERANCE;
    long earliest = NOW.minus(tolerance).getEpochSecond();
    long latest = NOW.plus(tolerance).getEpochSecond();
    accepted(V5, gcm(Map.of("sub", "u1", "exp", earliest)));
    refused(V5, gcm(Map.of("sub", "u1", "exp", earliest - 1)));
    accepted(V5, gcm(Map.of("sub", "u1", "exp", END, "nbf", latest)));
    refused(V5, gcm(Map.of("sub", "u1", "exp", END, "nbf", latest + 1)));
  }

  @Test
  void sessionWithoutSubjectOrEndIsRefused() {
    refused(V5, gcm(Map.of("exp", END)));
    refused(V5, gcm(Map.of("sub", "", "exp", END)));
    refused(V5, gcm(Map.of("sub", "u1")));
    refused(V5, gcm(Map.of("sub", "u1", "exp", Map.of())));
    refused(V5, gcm(Map.of("sub", "u1", "exp", "soon")));
    refused(V5, gcm(Map.of("sub", 7, "exp", END)));
  }

  @Test
  void signedTokenIsNoSession() {
    refused(V5, Jwts.builder().subject("u1").signWith(SECRET.key(), Jwts.SIG.HS256).compact());
  }

  @Test
  void compressedAndForeignEncryptionIsRefused() {
    var key = SessionScheme.AUTH_JS.key(SECRET, V5, Jwts.ENC.A256GCM);
    refused(
        V5,
        Jwts.builder()
            .subject("u1")
            .claim("exp", END)
            .compressWith(Jwts.ZIP.DEF)
            .encryptWith(key, Jwts.KEY.DIRECT, Jwts.ENC.A256GCM)
            .compact());
    refused(
        V5,
        Jwts.builder()
            .subject("u1")
            .claim("exp", END)
            .encryptWith(key, Jwts.KEY.A256KW, Jwts.ENC.A256GCM)
            .compact());
    refused(V4, encrypted(V4, Jwts.ENC.A256CBC_HS512, Map.of("sub", "u1", "exp", END)));
  }

  @Test
  void otherSpellingOfTheSameOctetsIsRefused() {
    String token = gcm(Map.of("sub", "u1", "exp", END));
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int last = alphabet.indexOf(token.charAt(token.length() - 1));
    // The tag has 16 octets, so four bits of its last character mean nothing.
    refused(V5, token.substring(0, token.length() - 1) + alphabet.charAt(last ^ 1));
  }

  @Test
  void randomChangesOfACookieAreRefusedAndNeverThrow() {
    Random random = new Random(7);
    String token = gcm(Map.of("sub", "u1", "exp", END));
    for (int i = 0; i < 500; i++) {
      StringBuilder changed = new StringBuilder(token);
      int at = random.nextInt(token.length());
      switch (random.nextInt(3)) {
        case 0 -> changed.setCharAt(at, (char) (' ' + random.nextInt(95)));
        case 1 -> changed.deleteCharAt(at);
        default -> changed.setLength(at);
      }
      if (!changed.toString().equals(token)) {
        refused(V5, changed.toString());
      }
    }
  }

  private void accepted(String name, String token) {
    assertInstanceOf(
        Verification.Accepted.class, verifier.verify(new SessionCookie(name, token, null)));
  }

  private void refused(String name, String token) {
    assertInstanceOf(
        Verification.Refused.class, verifier.verify(new SessionCookie(name, token, null)), token);
  }

  private static String gcm(Map<String, ?> claims) {
    return encrypted(V5, Jwts.ENC.A256GCM, claims);
  }

  private static String encrypted(String name, AeadAlgorithm encryption, Map<String, ?> claims) {
    // As content, because jjwt would not write claims of the wrong shape.
    byte[] text = UnverifiedJwt.JSON.valueToTree(claims).toString().getBytes(UTF_8);
    return Jwts.builder()
        .content(text)
        .encryptWith(
            SessionScheme.of(name).key(SECRET, name, encryption), Jwts.KEY.DIRECT, encryption)
        .compact();
  }
}
