package io.velonx.gateway.dispatch;

import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.inbox.Posting;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.Push;

/** Tells one user that somebody types to him, on each of his connections. */
final class DirectTypingAction {
  private final Posting posting;
  private final Replies replies;

  DirectTypingAction(Posting posting, Replies replies) {
    this.posting = posting;
    this.replies = replies;
  }

  void run(Connection connection, Command.DirectTyping command) {
    byte[] envelope =
        EnvelopeWriter.write(
            new Push.DirectTyping(
                connection.principal().userId(),
                connection.principal().name(),
                command.isTyping()));
    replies.whenDone(
        posting.push(command.targetUserId(), "", envelope),
        connection,
        command.id(),
        Push.Ack::done);
  }
}
