package io.velonx.gateway.dispatch;

import io.velonx.gateway.protocol.ChannelName;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Whether clients may publish chat messages over their socket, by channel prefix; the longest
 * prefix that matches wins. Threading: any thread; immutable.
 */
public final class ClientPublishing {
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
    for (Map.Entry<String, Policy> entry : longestFirst) {
      if (channel.text().startsWith(entry.getKey())) {
        return entry.getValue();
      }
    }
    return Policy.IGNORE;
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
