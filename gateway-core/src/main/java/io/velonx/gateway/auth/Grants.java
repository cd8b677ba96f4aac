package io.velonx.gateway.auth;

import com.fasterxml.jackson.databind.JsonNode;
import io.velonx.gateway.protocol.ChannelName;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a token allows its bearer to do in which channels. Immutable.
 *
 * <p>The claim is a list of channels for every action, {@code ["room:1", "group:staff-*"]}, or one
 * list for each, {@code {"subscribe": ["room:*"], "publish": ["room:1"]}}. A channel is named, or
 * with a {@code *} at the end, all that begin so.
 */
public final class Grants {
  /** What a token may allow, in characters: each connection keeps it. */
  static final int MAX_CHARS = 4096;

  /** A mask of actions as a letter, and no other: {@code '@'} stands for none. */
  private static final char MASK_BASE = '@';

  private static final int EVERYTHING =
      Stream.of(ChannelAction.values()).mapToInt(ChannelAction::mask).sum();

  /** Patterns, each with its mask in front and a line end behind: one object, whatever it says. */
  private final String patterns;

  private Grants(String patterns) {
    this.patterns = patterns;
  }

  /** What the claim says, or null when it is none of the two forms, or too long. */
  public static @Nullable Grants of(JsonNode claim) {
    StringBuilder patterns = new StringBuilder();
    boolean good = true;
    if (claim.isObject()) {
      for (ChannelAction action : ChannelAction.values()) {
        JsonNode list = claim.get(action.word());
        good &= list == null || add(patterns, action.mask(), list);
      }
    } else {
      good = add(patterns, EVERYTHING, claim);
    }
    return good && patterns.length() <= MAX_CHARS ? new Grants(patterns.toString()) : null;
  }

  public boolean allows(ChannelAction action, ChannelName channel) {
    String name = channel.text();
    int end;
    for (int at = 0; at < patterns.length(); at = end + 1) {
      end = patterns.indexOf('\n', at);
      boolean open = patterns.charAt(end - 1) == '*';
      int length = end - at - (open ? 2 : 1);
      if (((patterns.charAt(at) - MASK_BASE) & action.mask()) != 0
          && (open || name.length() == length)
          && name.regionMatches(0, patterns, at + 1, length)) {
        return true;
      }
    }
    return false;
  }

  private static boolean add(StringBuilder patterns, int mask, JsonNode list) {
    if (!list.isArray()) {
      return false;
    }
    for (JsonNode item : list) {
      String pattern = item.textValue();
      if (pattern == null || pattern.isEmpty() || pattern.indexOf('\n') >= 0) {
        return false;
      }
      patterns.append((char) (MASK_BASE + mask)).append(pattern).append('\n');
    }
    return true;
  }
}
