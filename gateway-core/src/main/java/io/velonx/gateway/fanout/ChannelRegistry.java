package io.velonx.gateway.fanout;

import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.Subscription;
import io.velonx.gateway.protocol.ChannelName;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The channels with subscribers on this node.
 *
 * <p>Threading: looking up is for any thread and never waits; joining and leaving happen on the
 * event loop of the connection.
 */
public final class ChannelRegistry {
  /** One bit of a long each, and one bit to mark a dead channel. */
  public static final int MAX_LOOPS = 63;

  private final ConcurrentHashMap<ChannelName, LocalChannel> channels = new ConcurrentHashMap<>();
  private final LongAdder subscriptions = new LongAdder();
  private final int loopCount;

  public ChannelRegistry(int loopCount) {
    if (loopCount < 1 || loopCount > MAX_LOOPS) {
      throw new IllegalArgumentException(
          "loopCount: " + loopCount + " (expected: 1 to " + MAX_LOOPS + ")");
    }
    this.loopCount = loopCount;
  }

  /**
   * Subscribes a connection.
   *
   * @return false when it was subscribed already
   */
  public boolean join(Connection connection, ChannelName name) {
    if (connection.subscription(name) != null) {
      return false;
    }
    Subscribers subscribers = subscribersOf(name, connection.loopIndex());
    // The caller's name is one for each command.
    Subscription subscription = new Subscription(connection, subscribers.shared(name));
    subscribers.add(subscription);
    connection.addSubscription(subscription);
    subscriptions.increment();
    return true;
  }

  /**
   * Keeps numbered frames from a subscriber; what he gets meanwhile is up to the caller. Other
   * frames still reach him.
   */
  public void beginCatchUp(Subscription subscription) {
    subscribersOf(subscription).beginCatchUp(subscription);
  }

  /** From now on the subscriber gets every frame that is queued behind what runs now. */
  public void endCatchUp(Subscription subscription) {
    subscribersOf(subscription).endCatchUp(subscription);
  }

  public boolean isCatchingUp(Subscription subscription) {
    return subscribersOf(subscription).isCatchingUp(subscription);
  }

  /**
   * Ends a subscription.
   *
   * @return false when there was none
   */
  public boolean leave(Connection connection, ChannelName name) {
    Subscription subscription = connection.removeSubscription(name);
    if (subscription == null) {
      return false;
    }
    removeFromChannel(subscription);
    return true;
  }

  /** Ends every subscription of a connection that is gone. */
  public void leaveAll(Connection connection) {
    connection.forEachSubscription(this::removeFromChannel);
    connection.clearSubscriptions();
  }

  /** Whether anybody on this node is subscribed. Threading: any thread. */
  public boolean hasSubscribers(ChannelName name) {
    LocalChannel channel = channels.get(name);
    return channel != null && channel.loops() != 0;
  }

  /** Every channel with subscribers. Threading: any thread. */
  public void forEachChannel(Consumer<ChannelName> action) {
    channels.keySet().forEach(action);
  }

  /** As {@link #forEachChannel}. */
  void forEachLocalChannel(Consumer<LocalChannel> action) {
    channels.values().forEach(action);
  }

  /** Channels with subscribers. Threading: any thread. */
  public int channelCount() {
    return channels.size();
  }

  /** Pairs of connection and channel. Threading: any thread. */
  public long subscriptionCount() {
    return subscriptions.sum();
  }

  /** The channel, or null when nobody here is subscribed. Threading: any thread. */
  @Nullable LocalChannel find(ChannelName name) {
    return channels.get(name);
  }

  private Subscribers subscribersOf(Subscription subscription) {
    LocalChannel channel = channels.get(subscription.channel());
    Subscribers subscribers =
        channel == null ? null : channel.subscribers(subscription.connection().loopIndex());
    if (subscribers == null) {
      throw new IllegalStateException(
          "subscribed to a channel that is not there: " + subscription.channel());
    }
    return subscribers;
  }

  private Subscribers subscribersOf(ChannelName name, int loop) {
    while (true) {
      LocalChannel channel = channels.get(name);
      if (channel == null) {
        LocalChannel fresh = new LocalChannel(name, loopCount);
        LocalChannel existing = channels.putIfAbsent(name, fresh);
        channel = existing == null ? fresh : existing;
      }
      Subscribers subscribers = channel.join(loop);
      if (subscribers != null) {
        return subscribers;
      }
      // Dead: its last loop is about to remove it. By name and channel, so whoever comes first
      // wins.
      channels.remove(name, channel);
    }
  }

  private void removeFromChannel(Subscription subscription) {
    ChannelName name = subscription.channel();
    int loop = subscription.connection().loopIndex();
    Subscribers subscribers = subscribersOf(subscription);
    LocalChannel channel = Objects.requireNonNull(channels.get(name));
    subscribers.remove(subscription);
    subscriptions.decrement();
    if (subscribers.size() == 0 && channel.leave(loop)) {
      channels.remove(name, channel);
    }
  }
}
