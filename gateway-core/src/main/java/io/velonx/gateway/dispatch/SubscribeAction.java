package io.velonx.gateway.dispatch;

import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.Subscription;
import io.velonx.gateway.fanout.ChannelRegistry;
import io.velonx.gateway.presence.Presence;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.Push;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/** Begins subscriptions; the ACK says that publications of all named channels arrive. */
final class SubscribeAction {
  private final ChannelRegistry channels;
  private final Backplane backplane;
  private final Presence presence;
  private final Replies replies;
  private final int maxSubscriptions;

  SubscribeAction(
      ChannelRegistry channels,
      Backplane backplane,
      Presence presence,
      Replies replies,
      int maxSubscriptions) {
    this.channels = channels;
    this.backplane = backplane;
    this.presence = presence;
    this.replies = replies;
    this.maxSubscriptions = maxSubscriptions;
  }

  void run(Connection connection, Command.Subscribe command) {
    for (ChannelName channel : command.channels()) {
      if (!join(connection, channel)) {
        replies.error(
            connection,
            command.id(),
            ErrorCode.LIMIT_EXCEEDED,
            "subscriptions: at most " + maxSubscriptions + " on one connection");
        return;
      }
    }
    CompletableFuture<?>[] listening =
        command.channels().stream()
            .map(channel -> backplane.subscribe(channel).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    if (command.id() != null) {
      replies.whenDone(
          CompletableFuture.allOf(listening),
          connection,
          command.id(),
          () -> Push.Ack.of(command.channels()));
    }
  }

  /** Returns false when the connection has too many subscriptions already. */
  private boolean join(Connection connection, ChannelName channel) {
    if (connection.subscription(channel) != null) {
      return true;
    }
    if (connection.subscriptionCount() >= maxSubscriptions) {
      return false;
    }
    channels.join(connection, channel);
    Subscription joined = Objects.requireNonNull(connection.subscription(channel));
    presence.subscribed(joined.channel(), connection.principal());
    return true;
  }
}
