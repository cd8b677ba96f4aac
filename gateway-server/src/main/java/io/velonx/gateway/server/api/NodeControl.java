package io.velonx.gateway.server.api;

import io.velonx.gateway.NodeDirectory;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.history.HistoryPage;
import io.velonx.gateway.protocol.ChannelName;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * What can be read of a node, and done to users on all nodes. Threading: any thread; never blocks.
 * Fails: {@link IllegalArgumentException} for a bad user id; stages fail when the backplane cannot
 * take it.
 */
public interface NodeControl extends Revoker {
  NodeDirectory directory();

  /** Recent publications of a channel, before an offset or the newest. */
  CompletionStage<HistoryPage> history(ChannelName channel, @Nullable Long before, int limit);

  /** Who is online in a channel, on all nodes. */
  CompletionStage<Online> online(ChannelName channel);

  /** Takes a user out of a channel; the number of nodes he is connected to. */
  CompletionStage<Integer> unsubscribeUser(String userId, ChannelName channel);

  /** Closes the connections of a user; the number of nodes he was connected to. */
  CompletionStage<Integer> kickUser(String userId);

  /** Deletes a file that a user has uploaded; whether it was there. */
  CompletionStage<Boolean> deleteFile(String id);

  /** Whom a user blocks from now on, instead of whom he blocked before. */
  CompletionStage<Void> block(String userId, Set<String> blocked);

  /** Whom a user blocks. */
  CompletionStage<Set<String>> blocked(String userId);
}
