package io.velonx.gateway.dispatch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks the back end about what one user publishes one at a time, in the order in which he sent it;
 * users do not wait for each other. Threading: any thread.
 */
final class HookLanes {
  /** What one user may have waiting: more than a page sends while it waits for an answer. */
  static final int MAX_WAITING = 16;

  private final ConcurrentHashMap<String, Deque<Runnable>> lanes = new ConcurrentHashMap<>();

  /**
   * Asks when it is this user's turn.
   *
   * @return null when too much of his waits already
   */
  <T> @Nullable CompletionStage<T> ask(String userId, Supplier<CompletionStage<T>> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    Runnable turn =
        () ->
            question
                .get()
                .whenComplete(
                    (result, failure) -> {
                      // First, so that answers reach the event loop in this order too.
                      if (failure == null) {
                        answer.complete(result);
                      } else {
                        answer.completeExceptionally(failure);
                      }
                      next(userId);
                    });
    boolean[] refused = new boolean[1];
    boolean[] first = new boolean[1];
    lanes.compute(
        userId,
        (user, waiting) -> {
          if (waiting == null) {
            first[0] = true;
            return new ArrayDeque<>(1);
          }
          refused[0] = waiting.size() >= MAX_WAITING;
          if (!refused[0]) {
            waiting.add(turn);
          }
          return waiting;
        });
    if (first[0]) {
      turn.run();
    }
    return refused[0] ? null : answer;
  }

  private void next(String userId) {
    Runnable[] turn = new Runnable[1];
    lanes.computeIfPresent(
        userId,
        (user, waiting) -> {
          turn[0] = waiting.poll();
          return turn[0] == null ? null : waiting;
        });
    if (turn[0] != null) {
      turn[0].run();
    }
  }
}
