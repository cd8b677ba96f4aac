package io.velonx.gateway.history;

import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Push;
import org.jspecify.annotations.Nullable;

/**
 * What the subscribers of a channel have to be told they may have missed, until they are told: a
 * queue too full for a publication may be too full for the notice. Threading: under the lock of its
 * log.
 */
final class GapNotice {
  private final ChannelName channel;
  private final LogServices services;
  private Push.@Nullable Gap untold;

  GapNotice(ChannelName channel, LogServices services) {
    this.channel = channel;
    this.services = services;
  }

  /** Tells the place of a publication that was given without one. */
  boolean tellPlace(String epoch, long offset) {
    return services
        .outlet()
        .publish(
            channel,
            EnvelopeWriter.write(new Push.Gap(channel.text(), epoch, offset, offset, true)),
            Delivery.NUMBERED);
  }

  /** Adds publications that are known to be missed. */
  void add(String epoch, long first, long end) {
    Push.Gap before = untold;
    if (before == null) {
      untold = gap(epoch, first, end);
    } else if (before.from() != null && before.epoch().equals(epoch)) {
      untold = gap(epoch, Math.min(before.from(), first), end);
    } else {
      addUnknown(epoch);
    }
  }

  /** Adds that nobody knows how much is missed. */
  void addUnknown(String epoch) {
    untold = gap(epoch, null, null);
  }

  /** Tells it, if there is something to tell and room for it. */
  void tell() {
    Push.Gap gap = untold;
    if (gap != null
        && services.outlet().publish(channel, EnvelopeWriter.write(gap), Delivery.NUMBERED)) {
      untold = null;
    }
  }

  private Push.Gap gap(String epoch, @Nullable Long from, @Nullable Long to) {
    return new Push.Gap(channel.text(), epoch, from, to, false);
  }
}
