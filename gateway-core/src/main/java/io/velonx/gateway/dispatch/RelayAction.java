package io.velonx.gateway.dispatch;

import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.Push;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what clients say, edit and take back, where the policy of the channel lets them.
 *
 * <p>Id, time and identity come from the gateway, never from the client.
 */
final class RelayAction {
  private final ClientPublishing publishing;
  private final MessageIds messageIds;
  private final PublishingBudgets budgets;
  private final Backplane backplane;
  private final Replies replies;
  private final Clock clock;

  RelayAction(
      ClientPublishing publishing,
      MessageIds messageIds,
      PublishingBudgets budgets,
      Backplane backplane,
      Replies replies,
      Clock clock) {
    this.publishing = publishing;
    this.messageIds = messageIds;
    this.budgets = budgets;
    this.backplane = backplane;
    this.replies = replies;
    this.clock = clock;
  }

  void chat(Connection connection, Command.ChatMessage command) {
    ChannelName channel = command.channel();
    if (!mayPublish(connection, channel, command.id())) {
      return;
    }
    Principal author = connection.principal();
    String messageId = messageIds.mint(channel, author.userId());
    String createdAt = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
    Push.ChatMessage message =
        new Push.ChatMessage(
            messageId,
            command.content(),
            channel.roomId(),
            channel.groupId(),
            author.userId(),
            author.name() == null ? author.userId() : author.name(),
            author.picture(),
            false,
            createdAt);
    publish(connection, channel, message, command.id(), Push.Ack.of(messageId, createdAt));
  }

  void edit(Connection connection, Command.MessageEdit command) {
    ChannelName channel = command.channel();
    if (mayPublish(connection, channel, command.id())
        && isAuthor(connection, channel, command.messageId(), command.id())) {
      Push.MessageEdit edit =
          new Push.MessageEdit(
              command.messageId(), command.content(), channel.roomId(), channel.groupId());
      publish(connection, channel, edit, command.id(), Push.Ack.of(command.messageId(), null));
    }
  }

  void delete(Connection connection, Command.MessageDelete command) {
    ChannelName channel = command.channel();
    if (mayPublish(connection, channel, command.id())
        && isAuthor(connection, channel, command.messageId(), command.id())) {
      Push.MessageDelete delete =
          new Push.MessageDelete(command.messageId(), channel.roomId(), channel.groupId());
      publish(connection, channel, delete, command.id(), Push.Ack.of(command.messageId(), null));
    }
  }

  private boolean mayPublish(Connection connection, ChannelName channel, @Nullable String id) {
    if (publishing.policyOf(channel) == ClientPublishing.Policy.IGNORE) {
      // Old pages may send it and expect nothing; who asked for an answer gets one.
      if (id != null) {
        replies.error(
            connection, id, ErrorCode.FORBIDDEN, "only the back end publishes in this channel");
      }
      return false;
    }
    if (connection.subscription(channel) == null) {
      replies.error(
          connection,
          id,
          ErrorCode.NOT_SUBSCRIBED,
          "publishing is for channels this connection is subscribed to");
      return false;
    }
    long wait = budgets.take(connection.principal().userId());
    if (wait > 0) {
      replies.rateLimited(
          connection, id, "publishing of one user: at most " + budgets.rate(), wait);
      return false;
    }
    return true;
  }

  private boolean isAuthor(
      Connection connection, ChannelName channel, String messageId, @Nullable String id) {
    if (messageIds.isBy(messageId, channel, connection.principal().userId())) {
      return true;
    }
    replies.error(
        connection, id, ErrorCode.FORBIDDEN, "messageId: only the author may change a message");
    return false;
  }

  private void publish(
      Connection connection, ChannelName channel, Push push, @Nullable String id, Push.Ack ack) {
    replies.whenDone(
        backplane.publish(channel, EnvelopeWriter.write(push)), connection, id, () -> ack);
  }
}
