package io.velonx.gateway.dispatch;

import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.Push;
import java.time.Instant;

/**
 * Puts a newer token in the place of the one a connection came with. A bad one changes nothing; one
 * of another user ends the connection, which may be shown to the wrong person. Threading: event
 * loop of the connection.
 */
final class RefreshAction {
  private final LiveCredentials credentials;
  private final Replies replies;

  RefreshAction(LiveCredentials credentials, Replies replies) {
    this.credentials = credentials;
    this.replies = replies;
  }

  void run(Connection connection, Command.Refresh command) {
    Principal renewed = credentials.verify(command.token()).principalOrNull();
    if (renewed == null) {
      replies.error(
          connection, command.id(), ErrorCode.FORBIDDEN, "token: not one that is accepted here");
    } else if (!renewed.userId().equals(connection.principal().userId())) {
      credentials.mistaken(connection);
    } else {
      credentials.renewed(connection, renewed);
      Instant end = renewed.expiresAt();
      replies.ack(
          connection, command.id(), new Push.Refreshed(end == null ? null : end.toString()));
    }
  }
}
