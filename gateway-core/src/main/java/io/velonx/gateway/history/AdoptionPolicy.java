package io.velonx.gateway.history;

import io.velonx.gateway.protocol.ChannelName;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Whether what back ends publish in Redis is taken into the history, by channel prefix; the longest
 * prefix that matches wins. Threading: any thread; immutable.
 */
public final class AdoptionPolicy {
  public static final AdoptionPolicy NOWHERE = new AdoptionPolicy(Map.of());

  private final List<Map.Entry<String, Boolean>> longestFirst;

  /**
   * @param byPrefix by the beginning of a channel name; the empty prefix is the default. Without
   *     one nothing is adopted
   */
  public AdoptionPolicy(Map<String, Boolean> byPrefix) {
    longestFirst =
        byPrefix.entrySet().stream()
            .sorted(Comparator.comparingInt(entry -> -entry.getKey().length()))
            .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
            .toList();
  }

  public boolean adopts(ChannelName channel) {
    for (Map.Entry<String, Boolean> entry : longestFirst) {
      if (channel.text().startsWith(entry.getKey())) {
        return entry.getValue();
      }
    }
    return false;
  }
}
