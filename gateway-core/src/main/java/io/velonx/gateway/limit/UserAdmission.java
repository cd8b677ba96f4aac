package io.velonx.gateway.limit;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Decides whether a user may have one more connection. Threading: any thread; never blocks. */
public interface UserAdmission {
  /** Nobody has too many. */
  UserAdmission EVERYBODY =
      new UserAdmission() {
        @Override
        public CompletionStage<@Nullable Refusal> admit(String userId, long connectionId) {
          return CompletableFuture.completedStage(null);
        }

        @Override
        public void release(String userId, long connectionId) {}
      };

  /**
   * Counts a connection in that is about to be opened.
   *
   * @return why it may not, or null; never fails
   */
  CompletionStage<@Nullable Refusal> admit(String userId, long connectionId);

  /** A connection that was counted in is gone, or never came to be. */
  void release(String userId, long connectionId);
}
