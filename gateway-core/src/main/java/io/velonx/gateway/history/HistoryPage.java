package io.velonx.gateway.history;

import java.util.List;

/**
 * A part of a channel's history.
 *
 * @param messages envelopes in the order of their offsets
 * @param more whether older ones may be kept
 */
public record HistoryPage(List<byte[]> messages, boolean more) {
  public HistoryPage {
    messages = List.copyOf(messages);
  }
}
