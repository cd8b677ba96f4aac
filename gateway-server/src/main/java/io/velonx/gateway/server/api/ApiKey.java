package io.velonx.gateway.server.api;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key that a back end shows, as far as this node knows it: never the key itself.
 *
 * @param name for people and the audit log
 * @param hash SHA-256 of the key
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record ApiKey(String name, Set<Role> roles, byte[] hash) {
  /** What is written in settings. */
  public static final String EXPECTED =
      "NAME:ROLES:HASH, ROLES of read, publish, admin joined by +, HASH the SHA-256 of the key in hex";

  private static final Pattern FORM =
      Pattern.compile("([A-Za-z0-9_.-]{1,64}):([a-z+]+):([0-9a-fA-F]{64})");

  public ApiKey {
    roles = Set.copyOf(roles);
  }

  /** The key of that text, or null when it is not {@link #EXPECTED}. */
  public static @Nullable ApiKey parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      return null;
    }
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String word : form.group(2).split("\\+", -1)) {
      Role role =
          Arrays.stream(Role.values())
              .filter(each -> each.word().equals(word))
              .findFirst()
              .orElse(null);
      if (role == null) {
        return null;
      }
      roles.add(role);
    }
    return new ApiKey(
        form.group(1), roles, HexFormat.of().parseHex(form.group(3).toLowerCase(Locale.ROOT)));
  }

  boolean may(Role role) {
    return roles.contains(role) || roles.contains(Role.ADMIN);
  }

  @Override
  public String toString() {
    return "key " + name;
  }
}
