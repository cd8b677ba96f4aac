package io.velonx.gateway.backend;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Lets the back end check, keep and change what clients publish. Threading: any thread; never
 * blocks.
 */
@FunctionalInterface
public interface PublishHook {
  /** For a node without a back end to ask. */
  PublishHook NOBODY =
      draft -> CompletableFuture.failedStage(new IllegalStateException("no hook is configured"));

  /**
   * Asks about one draft.
   *
   * @return fails when the back end did not answer in time; it may have kept it then
   */
  CompletionStage<Answer> ask(Draft draft);

  /** What the back end says. */
  sealed interface Answer {
    /**
     * It is kept, and may be seen.
     *
     * @param payload a JSON object to publish instead of what the gateway would; null for that
     * @param messageId what the back end calls the message; null for the proposed one
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Accepted(byte @Nullable [] payload, @Nullable String messageId) implements Answer {}

    /**
     * Nobody is to see it.
     *
     * @param error a sentence for the sender
     */
    record Refused(String error) implements Answer {}
  }
}
