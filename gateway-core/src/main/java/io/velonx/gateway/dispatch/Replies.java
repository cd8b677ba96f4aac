package io.velonx.gateway.dispatch;

import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.OfferResult;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.EnvelopeWriter;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.MessageType.Delivery;
import io.velonx.gateway.protocol.Push;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers commands: exactly one ACK or ERROR for a command with an id, and silence for one without,
 * unless it failed. Threading: event loop of the connection, except {@link #whenDone}.
 */
final class Replies {
  private final GatewayMetrics metrics;

  Replies(GatewayMetrics metrics) {
    this.metrics = metrics;
  }

  void ack(Connection connection, @Nullable String id, Push ack) {
    if (id != null) {
      send(connection, EnvelopeWriter.write(ack, id));
    }
  }

  void error(Connection connection, @Nullable String id, ErrorCode code, String error) {
    fail(connection, id, new Push.Failure(code, error));
  }

  /** Refuses a command that came too early. */
  void rateLimited(Connection connection, @Nullable String id, String error, long waitNanos) {
    // Rounded up, so that who waits as long as told is not refused again.
    fail(connection, id, Push.Failure.rateLimited(error, waitNanos / 1_000_000 + 1));
  }

  /** Refuses a command because whoever decides about it does not answer. */
  void nobodyCanTell(Connection connection, @Nullable String id) {
    error(connection, id, ErrorCode.UNAVAILABLE, "nobody can tell now whether you may; try again");
  }

  /** Answers when the backplane did: an ACK, or {@link ErrorCode#UNAVAILABLE}. */
  void whenDone(
      CompletionStage<?> stage, Connection connection, @Nullable String id, Supplier<Push> ack) {
    whenDone(stage, connection, id, result -> ack.get());
  }

  /** As {@link #whenDone}, with an ACK that tells of the result. */
  <T> void whenDone(
      CompletionStage<T> stage, Connection connection, @Nullable String id, Function<T, Push> ack) {
    stage.whenComplete(
        (result, failure) ->
            connection.execute(
                () -> {
                  if (failure == null) {
                    ack(connection, id, ack.apply(result));
                  } else {
                    error(
                        connection,
                        id,
                        ErrorCode.UNAVAILABLE,
                        "the backplane cannot take this now; try again");
                  }
                }));
  }

  private void fail(Connection connection, @Nullable String id, Push.Failure failure) {
    metrics.commandRefused(failure.code().name());
    send(connection, EnvelopeWriter.write(failure, id));
  }

  private void send(Connection connection, byte[] answer) {
    if (connection.send(answer, Delivery.DURABLE) == OfferResult.CLOSED_SLOW) {
      metrics.closed(CloseReason.SLOW_CONSUMER.code());
    }
  }
}
