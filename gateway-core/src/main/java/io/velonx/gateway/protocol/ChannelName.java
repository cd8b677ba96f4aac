package io.velonx.gateway.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The name of an audience: {@code room:ID} or {@code group:ID}.
 *
 * <p>An id is 1 to 128 characters of {@code A-Z a-z 0-9 _ . : @ -}. Nothing else gets in, so a name
 * can be part of a Redis key, topic or pattern without ever reaching another one.
 *
 * @param text the whole name, as it stands on the wire and in Redis
 */
public record ChannelName(String text) implements Comparable<ChannelName> {
  public static final int MAX_ID_LENGTH = 128;

  private static final String ROOM_PREFIX = "room:";
  private static final String GROUP_PREFIX = "group:";

  public ChannelName {
    if (!isName(text)) {
      throw new IllegalArgumentException(
          "channel: " + text + " (expected: room:ID or group:ID, ID as [A-Za-z0-9_.:@-]{1,128})");
    }
  }

  /** The channel of a room. Fails: {@link IllegalArgumentException} for a bad id. */
  public static ChannelName room(String id) {
    return new ChannelName(ROOM_PREFIX + id);
  }

  /** The channel of a group. Fails: {@link IllegalArgumentException} for a bad id. */
  public static ChannelName group(String id) {
    return new ChannelName(GROUP_PREFIX + id);
  }

  /** The channel of that name, or null when the text is no channel name. */
  public static @Nullable ChannelName parse(String text) {
    return isName(text) ? new ChannelName(text) : null;
  }

  public boolean isRoom() {
    return text.startsWith(ROOM_PREFIX);
  }

  /** The name without its kind. */
  public String id() {
    return text.substring(isRoom() ? ROOM_PREFIX.length() : GROUP_PREFIX.length());
  }

  /** The id when this is a room, else null: the {@code roomId} member of an envelope. */
  public @Nullable String roomId() {
    return isRoom() ? id() : null;
  }

  /** The id when this is a group, else null: the {@code groupId} member of an envelope. */
  public @Nullable String groupId() {
    return isRoom() ? null : id();
  }

  @Override
  public int compareTo(ChannelName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }

  private static boolean isName(String text) {
    if (text.startsWith(ROOM_PREFIX)) {
      return isId(text, ROOM_PREFIX.length());
    }
    return text.startsWith(GROUP_PREFIX) && isId(text, GROUP_PREFIX.length());
  }

  private static boolean isId(String text, int from) {
    int length = text.length() - from;
    if (length < 1 || length > MAX_ID_LENGTH) {
      return false;
    }
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean allowed =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '_'
              || c == '.'
              || c == ':'
              || c == '@'
              || c == '-';
      if (!allowed) {
        return false;
      }
    }
    return true;
  }
}
