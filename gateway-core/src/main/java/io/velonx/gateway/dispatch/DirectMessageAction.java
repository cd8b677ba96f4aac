package io.velonx.gateway.dispatch;

import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backplane.Appended.Reach;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.inbox.Posted;
import io.velonx.gateway.inbox.Posting;
import io.velonx.gateway.inbox.UserNote;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.Push;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages and receipts from one user to another, where the policy lets him.
 *
 * <p>Id, time and identity come from the gateway, never from the client.
 */
final class DirectMessageAction {
  private final ClientPublishing policy;
  private final MessageIds messageIds;
  private final Posting posting;
  private final UserNote notes;
  private final PublishingBudgets budgets;
  private final Replies replies;
  private final Clock clock;

  DirectMessageAction(
      ClientPublishing policy,
      MessageIds messageIds,
      Posting posting,
      UserNote notes,
      PublishingBudgets budgets,
      Replies replies,
      Clock clock) {
    this.policy = policy;
    this.messageIds = messageIds;
    this.posting = posting;
    this.notes = notes;
    this.budgets = budgets;
    this.replies = replies;
    this.clock = clock;
  }

  void send(Connection connection, Command.DirectMessage command) {
    String target = command.targetUserId();
    if (!maySend(connection, target, command.id())) {
      return;
    }
    Principal author = connection.principal();
    long wait = budgets.take(author.userId());
    if (wait > 0) {
      replies.rateLimited(
          connection, command.id(), "publishing of one user: at most " + budgets.rate(), wait);
      return;
    }
    String clientId = command.clientMessageId();
    String messageId = messageIds.mint(ClientPublishing.USER_PREFIX + target, author.userId());
    String createdAt = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
    Push.DirectMessage message =
        new Push.DirectMessage(
            messageId,
            command.content(),
            author.userId(),
            author.name() == null ? author.userId() : author.name(),
            author.picture(),
            target,
            createdAt);
    // A user id has no blank in it, so no two pairs make the same key.
    Idempotency idempotency =
        clientId == null
            ? null
            : new Idempotency(
                "dm " + author.userId() + " " + clientId, messageId + " " + createdAt);
    byte[] envelope = EnvelopeWriter.write(message);
    CompletionStage<Posted> posted = post(target, message, envelope, idempotency);
    posted.thenAccept(done -> copyToSender(connection, target, envelope, done));
    replies.whenDone(posted, connection, command.id(), done -> ackOf(done, messageId, createdAt));
  }

  void read(Connection connection, Command.DirectRead command) {
    if (maySend(connection, command.targetUserId(), command.id())) {
      Push.DirectRead receipt =
          new Push.DirectRead(connection.principal().userId(), command.messageId());
      replies.whenDone(
          post(command.targetUserId(), receipt, EnvelopeWriter.write(receipt), null),
          connection,
          command.id(),
          Push.Ack::done);
    }
  }

  private boolean maySend(Connection connection, String target, @Nullable String id) {
    if (policy.policyOfUser(target) == ClientPublishing.Policy.RELAY) {
      return true;
    }
    replies.error(connection, id, ErrorCode.FORBIDDEN, "only the back end publishes to this user");
    return false;
  }

  private CompletionStage<Posted> post(
      String target, Push push, byte[] envelope, @Nullable Idempotency idempotency) {
    Head head = new Head(push.type().name(), null, false);
    return posting.post(target, head, envelope, true, idempotency);
  }

  /** So that all tabs of the sender show it; they do not keep it. */
  private void copyToSender(Connection connection, String target, byte[] envelope, Posted posted) {
    String sender = connection.principal().userId();
    if (!posted.appended().repeated() && !sender.equals(target)) {
      posting.push(sender, notes.except(connection), envelope);
    }
  }

  /** A repeated message has the id and the time of its first attempt. */
  private static Push ackOf(Posted posted, String messageId, String createdAt) {
    String receipt = posted.appended().receipt();
    int blank = receipt == null ? -1 : receipt.indexOf(' ');
    Reach reach = posted.appended().reach();
    return new Push.DirectSent(
        receipt == null || blank < 0 ? messageId : receipt.substring(0, blank),
        posted.nodes() > 0 ? "online" : "queued",
        receipt == null || blank < 0 ? createdAt : receipt.substring(blank + 1),
        reach == Reach.SPOOLED ? true : null,
        reach == Reach.HERE ? true : null);
  }
}
