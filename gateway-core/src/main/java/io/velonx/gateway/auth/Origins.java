package io.velonx.gateway.auth;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Web pages that may log in, by their origin as browsers write it. Immutable. Spec: RFC 6454 §6.2.
 */
public final class Origins {
  /** No list: pages of every origin may come with a token, and none with a cookie. */
  public static final Origins ANY = new Origins(Set.of(), null);

  /** Pages of this machine, whatever serves them. */
  public static final Origins LOOPBACK =
      new Origins(
          Set.of(), Pattern.compile("https?://(localhost|127\\.0\\.0\\.1|\\[::1\\])(:\\d{1,5})?"));

  private static final Pattern ORIGIN =
      Pattern.compile("https?://([a-z0-9._-]+|\\[[0-9a-f:.]+\\])(:\\d{1,5})?");

  private final Set<String> allowed;
  private final @Nullable Pattern pattern;

  private Origins(Set<String> allowed, @Nullable Pattern pattern) {
    this.allowed = Set.copyOf(allowed);
    this.pattern = pattern;
  }

  /** Fails: {@link IllegalArgumentException} for what no browser would ever write. */
  public static Origins of(Iterable<String> allowed) {
    Set<String> checked = new HashSet<>();
    for (String origin : allowed) {
      if (!ORIGIN.matcher(origin).matches()
          || (origin.startsWith("https:") && origin.endsWith(":443"))
          || (origin.startsWith("http:") && origin.endsWith(":80"))) {
        throw new IllegalArgumentException(
            "origin: " + origin + " (expected: as https://www.example.org)");
      }
      checked.add(origin);
    }
    return checked.isEmpty() ? ANY : new Origins(checked, null);
  }

  /** Whether there is a list at all. */
  public boolean isListed() {
    return pattern != null || !allowed.isEmpty();
  }

  /** Whether a page of that origin may log in. */
  public boolean allows(String origin) {
    return !isListed()
        || allowed.contains(origin)
        || (pattern != null && pattern.matcher(origin).matches());
  }
}
