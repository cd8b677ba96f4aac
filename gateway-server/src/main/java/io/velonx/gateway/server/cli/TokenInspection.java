package io.velonx.gateway.server.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.auth.JwtPolicy;
import io.velonx.gateway.auth.JwtTokenVerifier;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import io.velonx.gateway.auth.UnverifiedJwt;
import io.velonx.gateway.protocol.UserId;
import io.velonx.gateway.server.NodeFactory;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * A token looked at from every side. A node stops at the first fault; people want to see all of
 * them. What a node would say is asked of the same verifier.
 *
 * @param jwt what it says; null when it cannot be read
 * @param refusal why a node refuses it, or null when it is accepted
 */
record TokenInspection(@Nullable UnverifiedJwt jwt, List<Check> checks, @Nullable String refusal) {

  /** One thing looked at. */
  record Check(String name, boolean passed, String detail) {}

  static TokenInspection of(String token, Configuration settings, Clock clock) {
    List<Check> checks = new ArrayList<>();
    UnverifiedJwt jwt = UnverifiedJwt.parse(token);
    checks.add(
        new Check("form", jwt != null, "three parts in base64url, header and claims are objects"));
    if (jwt != null) {
      checkAll(checks, token, jwt, settings, clock.instant());
    }
    Verification verification = NodeFactory.tokenVerifier(settings, clock).verify(token);
    String refusal = verification instanceof Verification.Refused refused ? refused.reason() : null;
    return new TokenInspection(jwt, checks, refusal);
  }

  boolean isAccepted() {
    return refusal == null;
  }

  private static void checkAll(
      List<Check> checks, String token, UnverifiedJwt jwt, Configuration settings, Instant now) {
    JwtAlgorithm algorithm = jwt.algorithm();
    boolean known =
        algorithm != null && settings.get(Settings.TOKEN_ALGORITHMS).contains(algorithm);
    checks.add(
        new Check("algorithm", known, jwt.header().path("alg") + ", token.algorithms decides"));
    String oddity = jwt.oddity();
    checks.add(new Check("header", oddity == null, oddity == null ? "nothing unusual" : oddity));
    checks.add(signature(token, algorithm, NodeFactory.jwtPolicy(settings)));
    checks.add(time("exp", jwt.claims().get("exp"), now, true));
    checks.add(time("nbf", jwt.claims().get("nbf"), now, false));
    JsonNode subject = jwt.claims().path("sub");
    checks.add(
        new Check(
            "sub",
            subject.isTextual() && UserId.isValid(subject.textValue()),
            subject.isMissingNode() ? "missing" : subject.toString()));
    String issuer = settings.find(Settings.TOKEN_ISSUER);
    if (issuer != null) {
      JsonNode claim = jwt.claims().path("iss");
      checks.add(new Check("iss", issuer.equals(claim.textValue()), "expected " + issuer));
    }
    String audience = settings.find(Settings.TOKEN_AUDIENCE);
    if (audience != null) {
      JsonNode claim = jwt.claims().path("aud");
      checks.add(new Check("aud", contains(claim, audience), "expected " + audience));
    }
  }

  private static Check signature(
      String token, @Nullable JwtAlgorithm algorithm, @Nullable JwtPolicy policy) {
    if (policy == null) {
      return new Check("signature", false, "no secret is configured");
    }
    if (algorithm == null) {
      return new Check("signature", false, "not by an algorithm that is supported");
    }
    for (int i = 0; i < policy.secrets().size(); i++) {
      if (isSignedBy(policy.secrets().get(i), algorithm, token)) {
        return new Check("signature", true, i == 0 ? "by the secret" : "by a previous secret");
      }
    }
    return new Check("signature", false, "by none of the configured secrets");
  }

  private static boolean isSignedBy(HmacSecret secret, JwtAlgorithm algorithm, String token) {
    int end = token.lastIndexOf('.');
    try {
      Mac mac = Mac.getInstance("HmacSHA" + algorithm.name().substring(2));
      mac.init(secret.key());
      byte[] expected = mac.doFinal(token.substring(0, end).getBytes(StandardCharsets.UTF_8));
      byte[] found = Base64.getUrlDecoder().decode(token.substring(end + 1));
      return MessageDigest.isEqual(expected, found);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JVM has HMAC", e);
    }
  }

  private static Check time(String name, @Nullable JsonNode claim, Instant now, boolean isEnd) {
    if (claim == null) {
      return new Check(name, true, "not set");
    }
    if (!claim.isNumber()) {
      return new Check(name, false, "no time in seconds: " + claim);
    }
    long tolerance = JwtTokenVerifier.CLOCK_TOLERANCE.toSeconds();
    double left = claim.doubleValue() - now.getEpochSecond();
    boolean passed = isEnd ? left + tolerance > 0 : left - tolerance <= 0;
    return new Check(name, passed, Math.abs((long) left) + (left < 0 ? " s ago" : " s from now"));
  }

  private static boolean contains(JsonNode audience, String wanted) {
    if (audience.isTextual()) {
      return wanted.equals(audience.textValue());
    }
    for (JsonNode item : audience) {
      if (audience.isArray() && wanted.equals(item.textValue())) {
        return true;
      }
    }
    return false;
  }
}
