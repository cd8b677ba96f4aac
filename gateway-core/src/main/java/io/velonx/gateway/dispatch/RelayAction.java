package io.velonx.gateway.dispatch;

import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backend.Draft;
import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Appended.Reach;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.history.Publishing;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.MessageType;
import io.velonx.gateway.protocol.Push;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what clients say, edit and take back, where the policy of the channel lets them.
 *
 * <p>Id, time and identity come from the gateway, never from the client.
 */
final class RelayAction {
  private final ClientPublishing policy;
  private final MessageIds messageIds;
  private final Publishing publishing;
  private final PublishingBudgets budgets;
  private final ChannelAccess access;
  private final HookAction hook;
  private final Replies replies;
  private final Clock clock;

  RelayAction(
      ClientPublishing policy,
      MessageIds messageIds,
      Publishing publishing,
      PublishingBudgets budgets,
      ChannelAccess access,
      Replies replies,
      Clock clock) {
    this.policy = policy;
    this.messageIds = messageIds;
    this.publishing = publishing;
    this.budgets = budgets;
    this.access = access;
    this.replies = replies;
    hook = new HookAction(access, publishing, replies);
    this.clock = clock;
  }

  void chat(Connection connection, Command.ChatMessage command) {
    whenMayPublish(
        connection, command.channel(), command.id(), () -> publishChat(connection, command));
  }

  void edit(Connection connection, Command.MessageEdit command) {
    ChannelName channel = command.channel();
    Push.MessageEdit edit =
        new Push.MessageEdit(
            command.messageId(),
            command.content(),
            channel.roomId(),
            channel.groupId(),
            connection.principal().userId());
    change(connection, command.id(), channel, command.messageId(), command.content(), edit);
  }

  void delete(Connection connection, Command.MessageDelete command) {
    ChannelName channel = command.channel();
    Push.MessageDelete delete =
        new Push.MessageDelete(command.messageId(), channel.roomId(), channel.groupId());
    change(connection, command.id(), channel, command.messageId(), null, delete);
  }

  private void publishChat(Connection connection, Command.ChatMessage command) {
    ChannelName channel = command.channel();
    Principal author = connection.principal();
    String clientId = command.clientMessageId();
    String messageId = messageIds.mint(channel, author.userId());
    String createdAt = now();
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
    if (isHooked(channel)) {
      Draft draft =
          new Draft(
              MessageType.CHAT_MESSAGE,
              channel,
              author,
              messageId,
              command.content(),
              clientId,
              createdAt);
      hook.run(connection, command.id(), draft, message);
      return;
    }
    // A user id has no blank in it, so no two pairs make the same key.
    Idempotency idempotency =
        clientId == null
            ? null
            : new Idempotency(
                "chat " + author.userId() + " " + clientId, messageId + " " + createdAt);
    replies.whenDone(
        publish(channel, message, idempotency),
        connection,
        command.id(),
        appended -> ackOf(appended, messageId, createdAt));
  }

  /** Publishes the change of a message; a back end that is asked knows itself who its author is. */
  private void change(
      Connection connection,
      @Nullable String id,
      ChannelName channel,
      String messageId,
      @Nullable String content,
      Push change) {
    whenMayPublish(
        connection,
        channel,
        id,
        () -> {
          if (isHooked(channel)) {
            Draft draft =
                new Draft(
                    change.type(),
                    channel,
                    connection.principal(),
                    messageId,
                    content,
                    null,
                    now());
            hook.run(connection, id, draft, change);
          } else if (isAuthor(connection, channel, messageId, id)) {
            replies.whenDone(
                publish(channel, change, null),
                connection,
                id,
                appended -> ackOf(appended, messageId, null));
          }
        });
  }

  private void whenMayPublish(
      Connection connection, ChannelName channel, @Nullable String id, Runnable publish) {
    if (policy.policyOf(channel) == ClientPublishing.Policy.IGNORE) {
      // Old pages may send it and expect nothing; who asked for an answer gets one.
      if (id != null) {
        replies.error(
            connection, id, ErrorCode.FORBIDDEN, "only the back end publishes in this channel");
      }
      return;
    }
    if (!isSubscribed(connection, channel, id)) {
      return;
    }
    long wait = budgets.take(connection.principal().userId());
    if (wait > 0) {
      replies.rateLimited(
          connection, id, "publishing of one user: at most " + budgets.rate(), wait);
      return;
    }
    access.whenMay(
        connection,
        id,
        ChannelAction.PUBLISH,
        channel,
        replies,
        () -> {
          // He may have been taken out while the answer was on its way.
          if (isSubscribed(connection, channel, id)) {
            publish.run();
          }
        });
  }

  private boolean isSubscribed(Connection connection, ChannelName channel, @Nullable String id) {
    if (connection.subscription(channel) != null) {
      return true;
    }
    replies.error(
        connection,
        id,
        ErrorCode.NOT_SUBSCRIBED,
        "publishing is for channels this connection is subscribed to");
    return false;
  }

  private boolean isHooked(ChannelName channel) {
    return policy.policyOf(channel) == ClientPublishing.Policy.HOOK;
  }

  private String now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
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

  private CompletionStage<Appended> publish(
      ChannelName channel, Push push, @Nullable Idempotency idempotency) {
    Head head = new Head(push.type().name(), null, false);
    return publishing.publish(channel, head, EnvelopeWriter.write(push), idempotency);
  }

  /** A repeated message has the id and the time of its first attempt. */
  private static Push ackOf(Appended appended, String messageId, @Nullable String createdAt) {
    String receipt = appended.receipt();
    int blank = receipt == null ? -1 : receipt.indexOf(' ');
    return receipt == null || blank < 0
        ? ackOf(messageId, createdAt, appended)
        : ackOf(receipt.substring(0, blank), receipt.substring(blank + 1), appended);
  }

  static Push ackOf(String messageId, @Nullable String createdAt, Appended appended) {
    return Push.Ack.of(
        messageId,
        createdAt,
        appended.position(),
        appended.reach() == Reach.SPOOLED,
        appended.reach() == Reach.HERE);
  }
}
