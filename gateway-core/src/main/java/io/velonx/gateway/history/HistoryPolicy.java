package io.velonx.gateway.history;

import io.velonx.gateway.backplane.Retention;
import io.velonx.gateway.protocol.ChannelName;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * How much of a channel is kept, by channel prefix; the longest prefix that matches wins.
 * Threading: any thread; immutable.
 */
public final class HistoryPolicy {
  private final List<Map.Entry<String, Retention>> longestFirst;

  /**
   * @param byPrefix by the beginning of a channel name; the empty prefix is the default. Without
   *     one nothing is kept
   */
  public HistoryPolicy(Map<String, Retention> byPrefix) {
    longestFirst =
        byPrefix.entrySet().stream()
            .sorted(Comparator.comparingInt(entry -> -entry.getKey().length()))
            .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
            .toList();
  }

  /** The same everywhere. */
  public static HistoryPolicy everywhere(Retention retention) {
    return new HistoryPolicy(Map.of("", retention));
  }

  public Retention of(ChannelName channel) {
    for (Map.Entry<String, Retention> entry : longestFirst) {
      if (channel.text().startsWith(entry.getKey())) {
        return entry.getValue();
      }
    }
    return Retention.NONE;
  }

  public boolean keeps(ChannelName channel) {
    return !of(channel).keepsNothing();
  }
}
