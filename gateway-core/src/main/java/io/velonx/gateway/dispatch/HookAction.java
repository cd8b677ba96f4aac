package io.velonx.gateway.dispatch;

import io.velonx.gateway.backend.Draft;
import io.velonx.gateway.backend.PublishHook.Answer;
import io.velonx.gateway.backplane.Appended;
import io.velonx.gateway.backplane.Idempotency;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.history.Publishing;
import io.velonx.gateway.protocol.EnvelopeReader;
import io.velonx.gateway.protocol.EnvelopeReader.Head;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.Push;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what the back end has checked and kept, as it wants it. Nobody but the sender waits for
 * its answer.
 */
final class HookAction {
  private final ChannelAccess access;
  private final Publishing publishing;
  private final Replies replies;

  HookAction(ChannelAccess access, Publishing publishing, Replies replies) {
    this.access = access;
    this.publishing = publishing;
    this.replies = replies;
  }

  /**
   * @param unchanged what is published when the back end wants it so
   */
  void run(Connection connection, @Nullable String id, Draft draft, Push unchanged) {
    CompletionStage<Outcome> outcome =
        access
            .lanes()
            .ask(
                draft.author().userId(),
                () ->
                    access
                        .publishHook()
                        .ask(draft)
                        .thenCompose(answer -> publish(draft, answer, unchanged)));
    if (outcome == null) {
      replies.error(
          connection,
          id,
          ErrorCode.UNAVAILABLE,
          "publishing: at most " + HookLanes.MAX_WAITING + " of one user wait for the back end");
      return;
    }
    outcome.whenComplete(
        (done, failure) ->
            connection.execute(
                () -> {
                  if (failure != null) {
                    replies.error(
                        connection,
                        id,
                        ErrorCode.UNAVAILABLE,
                        "the back end did not take it; try again with the same clientMessageId");
                  } else if (done.appended == null) {
                    replies.error(
                        connection, id, ErrorCode.FORBIDDEN, String.valueOf(done.refusal));
                  } else {
                    replies.ack(
                        connection,
                        id,
                        RelayAction.ackOf(done.messageId, draft.createdAt(), done.appended));
                  }
                }));
  }

  private CompletionStage<Outcome> publish(Draft draft, Answer answer, Push unchanged) {
    if (answer instanceof Answer.Refused refused) {
      return CompletableFuture.completedStage(
          new Outcome(draft.messageId(), null, refused.error()));
    }
    Answer.Accepted accepted = (Answer.Accepted) answer;
    byte[] payload = accepted.payload();
    byte[] envelope =
        payload == null
            ? EnvelopeWriter.write(unchanged)
            : EnvelopeWriter.around(draft.type(), payload);
    Head head = EnvelopeReader.headOf(envelope);
    if (head == null) {
      return CompletableFuture.failedStage(
          new IllegalArgumentException("the back end's payload is no JSON object"));
    }
    String clientId = draft.clientMessageId();
    String messageId = accepted.messageId() == null ? draft.messageId() : accepted.messageId();
    // A back end that knows the message already says so with the same answer as before.
    Idempotency idempotency =
        clientId == null
            ? null
            : new Idempotency("chat " + draft.author().userId() + " " + clientId, messageId);
    return publishing
        .publish(draft.channel(), head, envelope, idempotency)
        .thenApply(
            appended ->
                new Outcome(
                    appended.receipt() == null ? messageId : appended.receipt(), appended, null));
  }

  private record Outcome(String messageId, @Nullable Appended appended, @Nullable String refusal) {}
}
