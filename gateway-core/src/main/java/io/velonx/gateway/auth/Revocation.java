package io.velonx.gateway.auth;

import io.velonx.gateway.protocol.UserId;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Genuine tokens that are to prove nothing for a while.
 *
 * @param id the user, the session or the token
 * @param issuedBeforeMillis for {@link Kind#USER}, the tokens that are meant; 0 for the others
 * @param untilMillis when it is over; a time that has passed takes it back
 */
public record Revocation(Kind kind, String id, long issuedBeforeMillis, long untilMillis) {
  /** What an id of a session or a token may be; what is longer cannot be revoked by it. */
  public static final int MAX_ID_CHARS = 256;

  private static final Pattern TEXT = Pattern.compile("([BUST])(\\d{0,18}):(.+)", Pattern.DOTALL);

  /** Everything a user holds now; a token issued later is good again. */
  public static Revocation ofUser(String userId, long nowMillis, Duration keep) {
    return new Revocation(Kind.USER, userId, nowMillis, nowMillis + keep.toMillis());
  }

  /** Everything a user has or will get, for that time; none ends a ban. */
  public static Revocation ban(String userId, long nowMillis, Duration time) {
    return new Revocation(Kind.BAN, userId, 0, time.isZero() ? 0 : nowMillis + time.toMillis());
  }

  public static Revocation ofSession(String sessionId, long nowMillis, Duration keep) {
    return new Revocation(Kind.SESSION, sessionId, 0, nowMillis + keep.toMillis());
  }

  public static Revocation ofToken(String tokenId, long nowMillis, Duration keep) {
    return new Revocation(Kind.TOKEN, tokenId, 0, nowMillis + keep.toMillis());
  }

  public Revocation {
    if (kind.isOfUser() ? !UserId.isValid(id) : id.isEmpty() || id.length() > MAX_ID_CHARS) {
      throw new IllegalArgumentException(
          "id: not one (expected: "
              + (kind.isOfUser() ? UserId.EXPECTED : "1 to " + MAX_ID_CHARS + " characters")
              + ")");
    }
  }

  /** Everything but its end, as it is kept: two with the same text are one. */
  public String text() {
    return kind.letter + (kind == Kind.USER ? Long.toString(issuedBeforeMillis) : "") + ":" + id;
  }

  /** The revocation of that {@link #text}, or null when it is none. */
  public static @Nullable Revocation parse(String text, long untilMillis) {
    var parts = TEXT.matcher(text);
    if (!parts.matches()) {
      return null;
    }
    Kind kind = Kind.of(parts.group(1));
    String since = parts.group(2);
    try {
      return new Revocation(
          kind, parts.group(3), since.isEmpty() ? 0 : Long.parseLong(since), untilMillis);
    } catch (IllegalArgumentException notOurs) {
      return null;
    }
  }

  /** What is told apart. */
  public enum Kind {
    /** A user who may not come back before it is over. */
    BAN("B"),
    /** The tokens a user was given so far. */
    USER("U"),
    /** The tokens of one session, by their {@code sid}. */
    SESSION("S"),
    /** One token, by its {@code jti}. */
    TOKEN("T");

    private final String letter;

    Kind(String letter) {
      this.letter = letter;
    }

    /** Whether the id is that of a user. */
    public boolean isOfUser() {
      return this == BAN || this == USER;
    }

    private static Kind of(String letter) {
      return switch (letter) {
        case "B" -> BAN;
        case "U" -> USER;
        case "S" -> SESSION;
        default -> TOKEN;
      };
    }
  }
}
