package io.velonx.gateway.dispatch;

import io.velonx.gateway.backplane.Bookmark;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.inbox.Inbox;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.Push;
import java.util.concurrent.CompletionStage;

/** Lets a connection read its user's inbox, and takes what it acknowledges. */
final class InboxAction {
  private final Inbox inbox;
  private final Replies replies;

  InboxAction(Inbox inbox, Replies replies) {
    this.inbox = inbox;
    this.replies = replies;
  }

  void open(Connection connection, Command.OpenInbox command) {
    String id = command.id();
    if (!inbox.keeps()) {
      replies.error(connection, id, ErrorCode.FORBIDDEN, "inboxes are off here (inbox.keep)");
      return;
    }
    boolean begun =
        inbox.open(
            connection,
            command.device(),
            command.since(),
            position -> {
              if (position == null) {
                replies.error(
                    connection,
                    id,
                    ErrorCode.UNAVAILABLE,
                    "the backplane cannot take this now; try again");
              } else {
                replies.ack(connection, id, new Push.InboxAt(position));
              }
            });
    if (!begun) {
      replies.error(connection, id, ErrorCode.CONFLICT, "this connection reads its inbox already");
    }
  }

  void acknowledge(Connection connection, Command.InboxAck command) {
    CompletionStage<Bookmark> marked =
        inbox.acknowledge(connection, command.epoch(), command.offset());
    if (marked == null) {
      replies.error(
          connection,
          command.id(),
          ErrorCode.CONFLICT,
          "offset: nothing with that offset was delivered on this connection; INBOX comes first");
      return;
    }
    replies.whenDone(
        marked, connection, command.id(), bookmark -> new Push.InboxAt(bookmark.position()));
  }
}
