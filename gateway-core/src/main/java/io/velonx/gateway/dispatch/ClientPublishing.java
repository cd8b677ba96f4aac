package io.velonx.gateway.dispatch;

import io.velonx.gateway.protocol.ChannelName;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Whether clients may publish chat messages over their socket, by the beginning of a channel or of
 * {@code user:ID}; the longest prefix that matches wins. Threading: any thread; immutable.
 */
public final class ClientPublishing {
  /** What the users stand under, where channels have their kind. */
  public static final String USER_PREFIX = "user:";

  private final List<Map.Entry<String, Policy>> longestFirst;

  /**
   * @param byPrefix policy by the beginning of a channel name; the empty prefix is the default.
   *     Without one it is {@link Policy#IGNORE}
   */
  public ClientPublishing(Map<String, Policy> byPrefix) {
    longestFirst =
        byPrefix.entrySet().stream()
            .sorted(Comparator.comparingInt(entry -> -entry.getKey().length()))
            .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
            .toList();
  }

  /** The same policy everywhere. */
  public static ClientPublishing everywhere(Policy policy) {
    return new ClientPublishing(Map.of("", policy));
  }

  /** Whether any channel has that policy. */
  public boolean uses(Policy policy) {
    return longestFirst.stream().anyMatch(entry -> entry.getValue() == policy);
  }

  public Policy policyOf(ChannelName channel) {
    return policyOf(channel.text(), true, Policy.IGNORE);
  }

  /**
   * Whether clients may send that user messages. They may unless a prefix of users says otherwise:
   * no page of today does, so no back end has to be asked.
   */
  public Policy policyOfUser(String userId) {
    return policyOf(USER_PREFIX + userId, false, Policy.RELAY);
  }

  private Policy policyOf(String name, boolean withDefault, Policy otherwise) {
    for (Map.Entry<String, Policy> entry : longestFirst) {
      if (name.startsWith(entry.getKey()) && (withDefault || !entry.getKey().isEmpty())) {
        return entry.getValue();
      }
    }
    return otherwise;
  }

  /** What becomes of a chat message that a client sends. */
  public enum Policy {
    /** It goes nowhere: only the back end publishes. */
    IGNORE,
    /** The gateway gives it an id, a time and the sender's identity, and publishes it. */
    RELAY,
    /** The back end checks and keeps it; only then it is published. */
    HOOK
  }
}
