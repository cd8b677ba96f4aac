package io.velonx.gateway.server.config;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One thing that can be set: {@code redis.url} in a file, {@code GATEWAY_REDIS_URL} in the
 * environment, {@code --redis-url} on the command line.
 *
 * @param defaultText what holds when no source says otherwise; null when there is no default
 * @param visibility how much of a value may be shown
 */
public record Setting<T>(
    String name,
    SettingType<T> type,
    @Nullable String defaultText,
    Visibility visibility,
    String description) {
  public static final String ENVIRONMENT_PREFIX = "GATEWAY_";

  static final String MASK = "********";

  /** The variable it is read from. */
  public String variable() {
    return ENVIRONMENT_PREFIX + name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** The flag it is read from. */
  public String flag() {
    return "--" + name.replace('.', '-');
  }

  /** A word for the value in help texts. */
  public String label() {
    return type.label();
  }

  /** The text as it may be shown to anybody. */
  public String masked(String text) {
    return switch (visibility) {
      case OPEN -> text;
      case SECRET -> MASK;
      case PASSWORD_IN_URL -> withoutPassword(text);
    };
  }

  private static String withoutPassword(String url) {
    int scheme = url.indexOf("://");
    int at = url.lastIndexOf('@');
    if (scheme < 0) {
      return MASK;
    }
    return at < scheme ? url : url.substring(0, scheme + 3) + MASK + url.substring(at);
  }

  /** How much of a value may be shown. */
  public enum Visibility {
    OPEN,
    SECRET,
    /** An address: user and password before the {@code @} are masked. */
    PASSWORD_IN_URL
  }
}
