package io.velonx.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import io.velonx.gateway.protocol.UserId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link Principal} of claims that are genuine, if they have the right shape. Threading:
 * any thread; stateless. Spec: RFC 7519 §4.1.
 */
final class Claims {
  /** A name is shown next to every message; what is longer is cut. */
  static final int MAX_NAME_CHARS = 128;

  /** Browsers stop at about this length; a longer address is no use to anybody. */
  static final int MAX_PICTURE_CHARS = 2048;

  /** jjwt counts milliseconds in a long, and would take a later second for one long past. */
  private static final double MOST_SECONDS = 9e15;

  private static final Instant END_OF_TIME = Instant.parse("9999-12-31T23:59:59Z");

  private Claims() {}

  /**
   * @param channelsClaim the claim that becomes {@link Principal#grants}; null when nobody looks at
   *     them: every connection would hold them
   */
  static Verification accept(JsonNode claims, @Nullable String channelsClaim) {
    JsonNode subject = claims.path("sub");
    if (!subject.isTextual() || !UserId.isValid(subject.textValue())) {
      return new Verification.Refused("sub is no user id: " + UserId.EXPECTED);
    }
    for (String name : List.of("exp", "nbf", "iat")) {
      JsonNode time = claims.get(name);
      if (time != null && !isTime(time)) {
        return new Verification.Refused(name + " is no time in seconds");
      }
    }
    JsonNode channels = channelsClaim == null ? null : claims.get(channelsClaim);
    Grants grants = channels == null ? null : Grants.of(channels);
    if (channels != null && grants == null) {
      return new Verification.Refused(channelsClaim + " is no list of channels, or too long");
    }
    return new Verification.Accepted(
        new Principal(
            subject.textValue(),
            nameOf(claims.path("name")),
            pictureOf(claims.path("picture")),
            credentialOf(claims),
            grants));
  }

  /** Why the claims are not in force now, or null. */
  static @Nullable String problemOfTimes(JsonNode claims, Instant now) {
    long tolerance = JwtTokenVerifier.CLOCK_TOLERANCE.toSeconds();
    if (claims.has("exp") && now.getEpochSecond() > claims.get("exp").asDouble() + tolerance) {
      return "it has expired";
    }
    return claims.has("nbf") && now.getEpochSecond() + tolerance < claims.get("nbf").asDouble()
        ? "it is not valid yet"
        : null;
  }

  private static @Nullable Credential credentialOf(JsonNode claims) {
    JsonNode expiry = claims.get("exp");
    JsonNode issued = claims.get("iat");
    String session = idOf(claims.path("sid"));
    String token = idOf(claims.path("jti"));
    return expiry == null && issued == null && session == null && token == null
        ? null
        : new Credential(
            issued == null ? 0 : millisOf(issued),
            expiry == null ? Credential.NEVER : millisOf(expiry),
            session,
            token);
  }

  private static boolean isTime(JsonNode value) {
    return value.isNumber() && Math.abs(value.doubleValue()) <= MOST_SECONDS;
  }

  /** Clamped, because nobody else wants to calculate with the year 285 million. */
  private static long millisOf(JsonNode seconds) {
    long clamped =
        Math.max(0, Math.min((long) seconds.doubleValue(), END_OF_TIME.getEpochSecond()));
    return clamped * 1000;
  }

  private static @Nullable String idOf(JsonNode claim) {
    String id = claim.textValue();
    return id == null || id.isEmpty() || id.length() > Revocation.MAX_ID_CHARS ? null : id;
  }

  private static @Nullable String nameOf(JsonNode claim) {
    String name = claim.textValue();
    if (name == null || name.isBlank()) {
      return null;
    }
    boolean cutsPair =
        name.length() > MAX_NAME_CHARS
            && Character.isHighSurrogate(name.charAt(MAX_NAME_CHARS - 1));
    int length = Math.min(name.length(), cutsPair ? MAX_NAME_CHARS - 1 : MAX_NAME_CHARS);
    return wellFormed(name.substring(0, length));
  }

  private static @Nullable String pictureOf(JsonNode claim) {
    String picture = claim.textValue();
    boolean usable = picture != null && !picture.isBlank() && picture.length() <= MAX_PICTURE_CHARS;
    return usable ? wellFormed(picture) : null;
  }

  /** Lone surrogates cannot be written as UTF-8; what stands in for them is U+FFFD. */
  private static String wellFormed(String text) {
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? 0xFFFD : c)
        .forEach(result::appendCodePoint);
    return result.toString();
  }
}
