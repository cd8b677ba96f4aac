package io.velonx.gateway.dispatch;

import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.presence.OnlineLists;
import io.velonx.gateway.presence.Presence;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.Push;
import io.velonx.gateway.protocol.UserStatus;

/** Tells subscribers who is online in a channel, and takes what users say of their attention. */
final class PresenceAction {
  private final OnlineLists lists;
  private final Presence presence;
  private final ChannelAccess access;
  private final Replies replies;

  PresenceAction(OnlineLists lists, Presence presence, ChannelAccess access, Replies replies) {
    this.lists = lists;
    this.presence = presence;
    this.access = access;
    this.replies = replies;
  }

  void list(Connection connection, Command.Presence command) {
    if (connection.subscription(command.channel()) == null) {
      replies.error(
          connection,
          command.id(),
          ErrorCode.NOT_SUBSCRIBED,
          "PRESENCE is for channels this connection is subscribed to");
    } else if (command.id() != null) {
      access.whenMay(
          connection,
          command.id(),
          ChannelAction.PRESENCE,
          command.channel(),
          replies,
          () ->
              replies.whenDone(
                  lists.online(command.channel()),
                  connection,
                  command.id(),
                  PresenceAction::listOf));
    }
  }

  void status(Connection connection, Command.Status command) {
    boolean away = command.status() == UserStatus.AWAY;
    if (connection.setAway(away)) {
      presence.status(connection.principal(), away);
    }
    replies.ack(connection, command.id(), Push.Ack.done());
  }

  static Push.PresenceList listOf(Online online) {
    return new Push.PresenceList(online.users(), online.count());
  }
}
