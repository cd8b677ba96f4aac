package io.velonx.gateway.dispatch;

import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.fanout.ChannelRegistry;
import io.velonx.gateway.history.History;
import io.velonx.gateway.presence.Presence;
import io.velonx.gateway.presence.TypingTracker;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.Push;
import java.util.List;

/** Ends subscriptions. Leaving a channel that was never joined is no error: it is left. */
final class UnsubscribeAction {
  private final ChannelRegistry channels;
  private final Backplane backplane;
  private final History history;
  private final Presence presence;
  private final TypingTracker typing;
  private final ChannelAccess access;
  private final Replies replies;

  UnsubscribeAction(
      ChannelRegistry channels,
      Backplane backplane,
      History history,
      Presence presence,
      TypingTracker typing,
      ChannelAccess access,
      Replies replies) {
    this.channels = channels;
    this.backplane = backplane;
    this.history = history;
    this.presence = presence;
    this.typing = typing;
    this.access = access;
    this.replies = replies;
  }

  void run(Connection connection, Command.Unsubscribe command) {
    command.channels().forEach(channel -> leave(connection, channel));
    replies.ack(connection, command.id(), Push.Ack.of(command.channels()));
  }

  /** Returns false when there was no subscription. */
  boolean leave(Connection connection, ChannelName channel) {
    access.withdraw(connection, channel);
    if (!channels.leave(connection, channel)) {
      return false;
    }
    typing.left(List.of(channel), connection.principal(), connection.id());
    presence.unsubscribed(channel, connection.principal());
    if (!channels.hasSubscribers(channel)) {
      backplane.unsubscribe(channel);
      history.left(channel);
    }
    return true;
  }
}
