package io.velonx.gateway.fanout;

import io.velonx.gateway.protocol.ChannelName;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what the event loops noted in the last span that is over.
 *
 * <p>Threading: any thread; the loops are not disturbed.
 */
public final class ChannelCosts {
  /** What the numbers are of. */
  public static final Duration SPAN = Duration.ofNanos(Cost.SPAN_NANOS);

  private final ChannelRegistry registry;
  private final List<FanoutLoop> loops;
  private final int span;
  private long deliveries;
  private long octets;
  private long nanos;
  private long weight;

  /**
   * @param loops in the order of their indexes
   * @param nanoClock that of the loops
   */
  public ChannelCosts(ChannelRegistry registry, List<FanoutLoop> loops, LongSupplier nanoClock) {
    this.registry = registry;
    this.loops = loops;
    span = Cost.spanOf(nanoClock.getAsLong()) - 1;
    for (FanoutLoop loop : loops) {
      Cost cost = loop.cost(span);
      if (cost != null) {
        deliveries += cost.deliveries();
        octets += cost.octets();
        nanos += cost.nanos();
        weight += cost.weight();
      }
    }
  }

  /** Those of all channels, and what was sent to single users. */
  public long deliveries() {
    return deliveries;
  }

  public long octets() {
    return octets;
  }

  /**
   * How many processors the whole fan-out kept busy; measured, one slice in {@value
   * FanoutLoop#TIMED_EVERY}.
   */
  public double processors() {
    return (double) nanos / Cost.SPAN_NANOS;
  }

  /**
   * Each channel with subscribers here, also those where nothing was published. Of a channel that
   * is new, the first few writes are among those of all only.
   */
  public void forEach(Predicate<ChannelName> wanted, Consumer<ChannelCost> action) {
    registry.forEachLocalChannel(
        channel -> {
          if (wanted.test(channel.name())) {
            action.accept(costOf(channel));
          }
        });
  }

  private ChannelCost costOf(LocalChannel channel) {
    long channelPublications = 0;
    long channelDeliveries = 0;
    long channelOctets = 0;
    long channelWeight = 0;
    for (int loop = 0; loop < loops.size(); loop++) {
      Subscribers subscribers = channel.subscribers(loop);
      @Nullable Cost cost = subscribers == null ? null : subscribers.cost(span);
      if (cost != null) {
        // Each loop with subscribers has all of them.
        channelPublications = Math.max(channelPublications, cost.publications());
        channelDeliveries += cost.deliveries();
        channelOctets += cost.octets();
        channelWeight += cost.weight();
      }
    }
    double share = weight == 0 ? 0 : Math.min(1, (double) channelWeight / weight);
    return new ChannelCost(
        channel.name(), channelPublications, channelDeliveries, channelOctets, share);
  }
}
