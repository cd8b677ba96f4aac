package io.velonx.gateway.backend;

import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.protocol.ChannelName;
import java.util.concurrent.CompletableFuture;

/**
 * Decides what somebody may do in a channel. Threading: any thread; never blocks. An answer that is
 * known at once is a completed one. Those to the same question complete in the order in which it
 * was asked.
 */
@FunctionalInterface
public interface ChannelAuthorizer {
  CompletableFuture<Boolean> ALLOWED = CompletableFuture.completedFuture(true);
  CompletableFuture<Boolean> REFUSED = CompletableFuture.completedFuture(false);

  /** Everybody may do everything. */
  ChannelAuthorizer OPEN = (principal, action, channel) -> ALLOWED;

  /**
   * Whether he may.
   *
   * @return fails when nobody can tell now
   */
  CompletableFuture<Boolean> mayI(Principal principal, ChannelAction action, ChannelName channel);

  /** Asks anew about that user in that channel from now on: he was removed from it. */
  default void forget(String userId, ChannelName channel) {}

  /** The same in all channels: the last of his connections here is gone. */
  default void forget(String userId) {}
}
