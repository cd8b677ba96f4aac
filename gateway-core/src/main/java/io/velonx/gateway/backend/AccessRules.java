package io.velonx.gateway.backend;

import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.auth.Grants;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.protocol.ChannelName;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Who decides what in which channel: for each action, by channel prefix, the longest that matches.
 * Immutable.
 */
public final class AccessRules implements ChannelAuthorizer {
  private final Map<ChannelAction, ByPrefix> rules;
  private final ChannelAuthorizer hook;

  /**
   * @param rules an action that is missing is open
   * @param hook decides where the rule says so
   */
  public AccessRules(Map<ChannelAction, ByPrefix> rules, ChannelAuthorizer hook) {
    this.rules = new EnumMap<>(ChannelAction.class);
    this.rules.putAll(rules);
    this.hook = hook;
  }

  @Override
  public CompletableFuture<Boolean> mayI(
      Principal principal, ChannelAction action, ChannelName channel) {
    return switch (rules.getOrDefault(action, ByPrefix.OPEN).of(channel)) {
      case OPEN -> ALLOWED;
      case NOBODY -> REFUSED;
      case CLAIMS -> {
        Grants grants = principal.grants();
        yield grants != null && grants.allows(action, channel) ? ALLOWED : REFUSED;
      }
      case HOOK -> hook.mayI(principal, action, channel);
    };
  }

  @Override
  public void forget(String userId, ChannelName channel) {
    hook.forget(userId, channel);
  }

  @Override
  public void forget(String userId) {
    hook.forget(userId);
  }

  /** Who decides. */
  public enum Rule {
    /** Everybody with a good token may. */
    OPEN,
    /** The token says it. */
    CLAIMS,
    /** The back end is asked. */
    HOOK,
    NOBODY
  }

  /** A rule for each prefix of channel names. Immutable. */
  public static final class ByPrefix {
    public static final ByPrefix OPEN = new ByPrefix(Map.of("", Rule.OPEN));

    private final List<Map.Entry<String, Rule>> longestFirst;

    /**
     * @param byPrefix the empty prefix is the default; without one, nobody may elsewhere
     */
    public ByPrefix(Map<String, Rule> byPrefix) {
      longestFirst =
          byPrefix.entrySet().stream()
              .sorted(Comparator.comparingInt(entry -> -entry.getKey().length()))
              .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
              .toList();
    }

    /** Whether any channel has that rule. */
    public boolean uses(Rule rule) {
      return longestFirst.stream().anyMatch(entry -> entry.getValue() == rule);
    }

    Rule of(ChannelName channel) {
      for (Map.Entry<String, Rule> entry : longestFirst) {
        if (channel.text().startsWith(entry.getKey())) {
          return entry.getValue();
        }
      }
      return Rule.NOBODY;
    }
  }
}
