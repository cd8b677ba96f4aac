package io.velonx.gateway.server.cli;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.auth.HmacSecret;
import io.velonx.gateway.auth.JweSessionVerifier;
import io.velonx.gateway.auth.JwtAlgorithm;
import io.velonx.gateway.auth.JwtPolicy;
import io.velonx.gateway.auth.JwtTokenVerifier;
import io.velonx.gateway.auth.KeySource;
import io.velonx.gateway.auth.Origins;
import io.velonx.gateway.auth.RemoteKeySet;
import io.velonx.gateway.auth.SessionCookie;
import io.velonx.gateway.auth.SessionScheme;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import io.velonx.gateway.auth.UnverifiedJwt;
import io.velonx.gateway.protocol.UserId;
import io.velonx.gateway.server.NodeFactory;
import io.velonx.gateway.server.config.Configuration;
import io.velonx.gateway.server.config.Settings;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A token or session cookie looked at from every side. A node stops at the first fault; people want
 * to see all of them. What a node would say is asked of the same verifiers; only what is revoked is
 * not known here.
 *
 * @param header what it says openly; null when it cannot be read
 * @param claims what it says of somebody; null when it cannot be read
 * @param refusal why a node refuses it, or null when it is accepted
 */
record TokenInspection(
    @Nullable JsonNode header,
    @Nullable JsonNode claims,
    List<Check> checks,
    @Nullable String refusal) {

  /** One thing looked at. */
  record Check(String name, boolean passed, String detail) {}

  static TokenInspection of(String text, Configuration settings, Clock clock) {
    SessionCookie cookie = SessionCookie.find(List.of(text));
    if (cookie != null) {
      return ofSession(cookie, settings, clock);
    }
    if (JweSessionVerifier.headerOf(text) != null) {
      return ofSession(named(text, settings, clock), settings, clock);
    }
    RemoteKeySet fetched = NodeFactory.keys(settings, new MetricRegistry());
    if (fetched == null) {
      return ofToken(text, settings, KeySource.NONE, clock);
    }
    try (fetched) {
      fetched.fetch().toCompletableFuture().join();
      return ofToken(text, settings, fetched, clock);
    }
  }

  boolean isAccepted() {
    return refusal == null;
  }

  private static TokenInspection ofToken(
      String token, Configuration settings, KeySource keys, Clock clock) {
    List<Check> checks = new ArrayList<>();
    UnverifiedJwt jwt = UnverifiedJwt.parse(token);
    checks.add(
        new Check("form", jwt != null, "three parts in base64url, header and claims are objects"));
    if (jwt != null) {
      JwtAlgorithm algorithm = jwt.algorithm();
      boolean known =
          algorithm != null && settings.get(Settings.TOKEN_ALGORITHMS).contains(algorithm);
      checks.add(
          new Check("algorithm", known, jwt.header().path("alg") + ", token.algorithms decides"));
      String oddity = jwt.oddity();
      checks.add(new Check("header", oddity == null, oddity == null ? "nothing unusual" : oddity));
      checks.add(signature(token, jwt, settings, keys));
      addClaims(checks, jwt.claims(), clock.instant());
      addExpected(checks, jwt.claims(), settings);
    }
    String refusal = refusalOf(NodeFactory.tokenVerifier(settings, keys, clock).verify(token));
    return jwt == null
        ? new TokenInspection(null, null, checks, refusal)
        : new TokenInspection(jwt.header(), jwt.claims(), checks, refusal);
  }

  private static TokenInspection ofSession(
      SessionCookie cookie, Configuration settings, Clock clock) {
    List<Check> checks = new ArrayList<>();
    String token = cookie.token();
    checks.add(
        new Check(
            "cookie",
            token != null,
            cookie.name() + (token == null ? ": " + cookie.problem() : "")));
    Origins origins = settings.find(Settings.ORIGINS_ALLOWED);
    checks.add(
        new Check(
            "origins",
            origins != null,
            origins == null
                ? "session cookies are off without origins.allowed"
                : "the page must be of one in origins.allowed"));
    JweSessionVerifier verifier = new JweSessionVerifier(NodeFactory.secrets(settings), clock);
    JweSessionVerifier.Opened opened = verifier.open(cookie);
    JsonNode claims = opened.claims();
    checks.add(new Check("decryption", claims != null, opened.detail()));
    if (claims != null) {
      addClaims(checks, claims, clock.instant());
      if (!claims.has("exp")) {
        checks.add(new Check("end", false, "a session has one"));
      }
    }
    String refusal =
        origins == null
            ? "session cookies are off without origins.allowed"
            : refusalOf(verifier.verify(cookie));
    JsonNode header = token == null ? null : JweSessionVerifier.headerOf(token);
    return new TokenInspection(header, claims, checks, refusal);
  }

  /** The cookie it is good as: a value alone does not say its name. */
  private static SessionCookie named(String token, Configuration settings, Clock clock) {
    JweSessionVerifier verifier = new JweSessionVerifier(NodeFactory.secrets(settings), clock);
    return SessionScheme.COOKIE_NAMES.stream()
        .map(name -> new SessionCookie(name, token, null))
        .filter(cookie -> verifier.open(cookie).claims() != null)
        .findFirst()
        .orElse(new SessionCookie(SessionScheme.COOKIE_NAMES.get(0), token, null));
  }

  private static @Nullable String refusalOf(Verification verification) {
    return verification instanceof Verification.Refused refused ? refused.reason() : null;
  }

  private static void addClaims(List<Check> checks, JsonNode claims, Instant now) {
    checks.add(time("exp", claims.get("exp"), now, true));
    checks.add(time("nbf", claims.get("nbf"), now, false));
    JsonNode subject = claims.path("sub");
    checks.add(
        new Check(
            "sub",
            subject.isTextual() && UserId.isValid(subject.textValue()),
            subject.isMissingNode() ? "missing" : subject.toString()));
  }

  private static void addExpected(List<Check> checks, JsonNode claims, Configuration settings) {
    String issuer = settings.find(Settings.TOKEN_ISSUER);
    if (issuer != null) {
      JsonNode claim = claims.path("iss");
      checks.add(new Check("iss", issuer.equals(claim.textValue()), "expected " + issuer));
    }
    String audience = settings.find(Settings.TOKEN_AUDIENCE);
    if (audience != null) {
      JsonNode claim = claims.path("aud");
      checks.add(new Check("aud", contains(claim, audience), "expected " + audience));
    }
  }

  private static Check signature(
      String token, UnverifiedJwt jwt, Configuration settings, KeySource keys) {
    JwtAlgorithm algorithm = jwt.algorithm();
    if (algorithm == null) {
      return new Check("signature", false, "not by an algorithm that is supported");
    }
    if (!algorithm.isShared()) {
      boolean found = keys.find(jwt.kid(), algorithm) != null;
      return found
          ? new Check("signature", isSigned(token, List.of(), keys, algorithm), "by a fetched key")
          : new Check("signature", false, "no fetched key has its kid and fits its algorithm");
    }
    List<HmacSecret> secrets = NodeFactory.secrets(settings);
    if (secrets.isEmpty()) {
      return new Check("signature", false, "no secret is configured");
    }
    for (int i = 0; i < secrets.size(); i++) {
      if (isSigned(token, secrets.subList(i, i + 1), keys, algorithm)) {
        return new Check("signature", true, i == 0 ? "by the secret" : "by a previous secret");
      }
    }
    return new Check("signature", false, "by none of the configured secrets");
  }

  /** Whether the signature is good, whatever else may be wrong. */
  private static boolean isSigned(
      String token, List<HmacSecret> secrets, KeySource keys, JwtAlgorithm algorithm) {
    JwtPolicy policy = new JwtPolicy(secrets, EnumSet.of(algorithm), null, null);
    return new JwtTokenVerifier(policy, keys, Clock.systemUTC()).isGenuine(token);
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
