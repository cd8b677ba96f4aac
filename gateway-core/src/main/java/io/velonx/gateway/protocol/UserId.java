package io.velonx.gateway.protocol;

/**
 * What may be the id of a user.
 *
 * <p>Ids come from whoever issues tokens, so more is allowed than in a {@link ChannelName}: mail
 * addresses, {@code auth0|1}, other scripts. Left out is what could make one key, topic or pattern
 * of Redis into another, or a log line into two: braces, {@code *}, {@code ?}, white space and
 * control characters. Threading: any thread.
 */
public final class UserId {
  /** In UTF-16 units. */
  public static final int MAX_CHARS = 128;

  /** What a valid id is, for error texts. */
  public static final String EXPECTED =
      "1 to " + MAX_CHARS + " characters without white space, control characters or { } * ?";

  private UserId() {}

  public static boolean isValid(String text) {
    if (text.isEmpty() || text.length() > MAX_CHARS || !Utf8.isWellFormed(text)) {
      return false;
    }
    return text.codePoints().allMatch(UserId::isAllowed);
  }

  private static boolean isAllowed(int c) {
    return switch (c) {
      case '{', '}', '*', '?' -> false;
      default ->
          !Character.isISOControl(c) && !Character.isWhitespace(c) && !Character.isSpaceChar(c);
    };
  }
}
