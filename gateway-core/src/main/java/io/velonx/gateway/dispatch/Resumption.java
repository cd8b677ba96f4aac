package io.velonx.gateway.dispatch;

import io.netty.buffer.ByteBufAllocator;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.OfferResult;
import io.velonx.gateway.connection.PreparedFrame;
import io.velonx.gateway.connection.Subscription;
import io.velonx.gateway.fanout.ChannelRegistry;
import io.velonx.gateway.fanout.Fanout;
import io.velonx.gateway.history.CatchUp;
import io.velonx.gateway.history.CatchUp.Failure;
import io.velonx.gateway.history.History;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.presence.OnlineLists;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Position;
import io.velonx.gateway.protocol.Push;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Lets a subscriber into a channel that keeps history: ACK, what he missed, then what comes live.
 *
 * <p>All three reach him through the queue of his event loop, where the answer of the history takes
 * its turn between two publications. So there is nothing to buffer and nothing to compare: numbered
 * frames in front of the answer pass him by, those behind it are his. Threading: event loop of the
 * connection.
 */
final class Resumption {
  /** During an outage, who asks what he missed is soon told that nobody knows. */
  private static final Duration OUTAGE_PATIENCE = Duration.ofSeconds(3);

  /** Longer than subscribing to 100,000 topics at once takes. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ChannelRegistry channels;
  private final Backplane backplane;
  private final History history;
  private final OnlineLists lists;
  private final Fanout fanout;
  private final Replies replies;
  private final GatewayMetrics metrics;

  Resumption(
      ChannelRegistry channels,
      Backplane backplane,
      History history,
      OnlineLists lists,
      Fanout fanout,
      Replies replies,
      GatewayMetrics metrics) {
    this.channels = channels;
    this.backplane = backplane;
    this.history = history;
    this.lists = lists;
    this.fanout = fanout;
    this.replies = replies;
    this.metrics = metrics;
  }

  /**
   * Begins; the connection has joined the channel.
   *
   * @param since the place up to which the client has everything; null when it wants no more
   * @param presence whether it wants to know who is online
   */
  void begin(
      Subscription subscription, @Nullable Position since, boolean presence, @Nullable String id) {
    Connection connection = subscription.connection();
    ChannelName channel = subscription.channel();
    if (since != null) {
      if (channels.isCatchingUp(subscription)) {
        replies.error(
            connection, id, ErrorCode.CONFLICT, "since: this channel is being caught up already");
        return;
      }
      channels.beginCatchUp(subscription);
    }
    Asked asked = new Asked(subscription, since, id);
    CompletableFuture<Void> listening = backplane.subscribe(channel).toCompletableFuture();
    Duration patience = backplane.health().isHealthy() ? PATIENCE : OUTAGE_PATIENCE;
    CompletableFuture<Void> inTime =
        since == null || listening.isDone() ? listening : within(patience, listening, connection);
    inTime.whenComplete(
        (done, failure) -> {
          if (failure == null && presence && id != null) {
            lists
                .online(channel)
                .whenComplete(
                    (online, unknown) ->
                        history.catchUp(
                            channel, since, answer(asked, unknown == null ? online : null)));
          } else if (failure == null) {
            history.catchUp(channel, since, answer(asked, null));
          } else if (failure instanceof TimeoutException) {
            history.letIn(channel, since, answer(asked, null));
            listening.thenRun(() -> history.catchUp(channel, null, at -> {}));
          } else if (since != null || id != null) {
            fanout.run(channel, connection, () -> refuse(subscription, id));
          }
        });
  }

  /**
   * Gives a newcomer, in its turn, what the others were given without a place and has none yet.
   * Only before it is asked where he stands: what is numbered meanwhile passes him by.
   */
  void showUnplaced(Subscription subscription) {
    ChannelName channel = subscription.channel();
    Connection connection = subscription.connection();
    if (!history.hasUnplaced(channel)) {
      return;
    }
    channels.beginCatchUp(subscription);
    history.giveUnplaced(
        channel,
        unplaced ->
            fanout.run(
                channel,
                connection,
                () -> {
                  boolean waits =
                      connection.subscription(channel) == subscription
                          && channels.isCatchingUp(subscription);
                  if (waits) {
                    unplaced.forEach(envelope -> write(connection, channel, envelope));
                    channels.endCatchUp(subscription);
                  }
                }));
  }

  private CatchUp.Answer answer(Asked asked, @Nullable Online online) {
    if (asked.since == null && asked.id == null) {
      return at -> {};
    }
    Subscription subscription = asked.subscription;
    return at ->
        fanout.run(
            subscription.channel(), subscription.connection(), () -> finish(asked, at, online));
  }

  /** The JDK's own time-outs would wake a thread of theirs. */
  private static CompletableFuture<Void> within(
      Duration patience, CompletableFuture<Void> stage, Connection connection) {
    CompletableFuture<Void> inTime = stage.copy();
    Future<?> timeout =
        connection
            .socketChannel()
            .eventLoop()
            .schedule(
                () -> inTime.completeExceptionally(new TimeoutException("no answer")),
                patience.toMillis(),
                TimeUnit.MILLISECONDS);
    inTime.whenComplete((done, failure) -> timeout.cancel(false));
    return inTime;
  }

  private void finish(Asked asked, CatchUp at, @Nullable Online online) {
    Subscription subscription = asked.subscription;
    Position since = asked.since;
    String id = asked.id;
    Connection connection = subscription.connection();
    if (connection.subscription(subscription.channel()) != subscription) {
      if (id != null) {
        replies.error(connection, id, ErrorCode.NOT_SUBSCRIBED, "left before it had begun");
      }
      return;
    }
    long octets = at.missed().stream().mapToLong(envelope -> envelope.length).sum();
    boolean fits = at.missed().isEmpty() || connection.hasRoomFor(octets);
    Failure failure = fits ? at.failure() : Failure.SIZE;
    replies.ack(connection, id, ack(asked, at, failure, online));
    if (since == null) {
      return;
    }
    (failure == null ? metrics.recoveriesOk : metrics.recoveriesFailed).inc();
    if (failure == null) {
      at.missed().forEach(envelope -> write(connection, subscription.channel(), envelope));
    }
    at.unplaced().forEach(envelope -> write(connection, subscription.channel(), envelope));
    channels.endCatchUp(subscription);
  }

  private void refuse(Subscription subscription, @Nullable String id) {
    Connection connection = subscription.connection();
    if (connection.subscription(subscription.channel()) == subscription
        && channels.isCatchingUp(subscription)) {
      channels.endCatchUp(subscription);
    }
    replies.error(
        connection, id, ErrorCode.UNAVAILABLE, "the backplane cannot take this now; try again");
  }

  private void write(Connection connection, ChannelName channel, byte[] envelope) {
    PreparedFrame frame =
        PreparedFrame.publication(ByteBufAllocator.DEFAULT, channel, envelope, Delivery.NUMBERED);
    OfferResult result = connection.offer(frame);
    if (result == OfferResult.WRITTEN) {
      metrics.deliveries.inc();
    } else if (result == OfferResult.WITHHELD) {
      metrics.withheld.inc();
    }
    frame.release();
  }

  private static Push ack(
      Asked asked, CatchUp at, @Nullable Failure failure, @Nullable Online online) {
    Position since = asked.since;
    Position position = at.position();
    return new Push.Subscribed(
        asked.subscription.channel().text(),
        position == null ? null : position.epoch(),
        position == null ? null : position.offset(),
        since == null ? null : failure == null,
        since == null || failure != null ? null : at.missed().size(),
        since == null || failure == null ? null : failure.name().toLowerCase(Locale.ROOT),
        online == null ? null : online.users(),
        online == null ? null : online.count());
  }

  private record Asked(Subscription subscription, @Nullable Position since, @Nullable String id) {}
}
