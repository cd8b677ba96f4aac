package io.velonx.gateway.dispatch;

import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.metrics.GatewayMetrics;
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
      connection.send(EnvelopeWriter.write(ack, id), Delivery.DURABLE);
    }
  }

  void error(Connection connection, @Nullable String id, ErrorCode code, String error) {
    metrics.commandRefused(code.name());
    connection.send(EnvelopeWriter.write(new Push.Failure(code, error), id), Delivery.DURABLE);
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
}
