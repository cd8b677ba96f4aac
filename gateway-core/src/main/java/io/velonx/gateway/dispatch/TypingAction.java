package io.velonx.gateway.dispatch;

import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.presence.TypingTracker;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.Push;

/** Tells a channel that somebody types; only where he is subscribed. */
final class TypingAction {
  private final TypingTracker typing;
  private final Replies replies;

  TypingAction(TypingTracker typing, Replies replies) {
    this.typing = typing;
    this.replies = replies;
  }

  void run(Connection connection, Command.Typing command) {
    if (connection.subscription(command.channel()) == null) {
      replies.error(
          connection,
          command.id(),
          ErrorCode.NOT_SUBSCRIBED,
          "TYPING is for channels this connection is subscribed to");
      return;
    }
    typing.typing(command.channel(), connection.principal(), connection.id(), command.isTyping());
    replies.ack(connection, command.id(), Push.Ack.done());
  }
}
