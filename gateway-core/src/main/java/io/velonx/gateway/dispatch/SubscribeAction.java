package io.velonx.gateway.dispatch;

import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.backplane.Online;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.Subscription;
import io.velonx.gateway.fanout.ChannelRegistry;
import io.velonx.gateway.history.History;
import io.velonx.gateway.presence.OnlineLists;
import io.velonx.gateway.presence.Presence;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.Command;
import io.velonx.gateway.protocol.ErrorCode;
import io.velonx.gateway.protocol.Push;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Begins subscriptions; the ACK says that publications of all named channels arrive, and in a
 * channel that keeps history, behind which place.
 */
final class SubscribeAction {
  private final ChannelRegistry channels;
  private final Backplane backplane;
  private final History history;
  private final Resumption resumption;
  private final Presence presence;
  private final OnlineLists lists;
  private final ChannelAccess access;
  private final Replies replies;
  private final int maxSubscriptions;

  SubscribeAction(
      ChannelRegistry channels,
      Backplane backplane,
      History history,
      Resumption resumption,
      Presence presence,
      OnlineLists lists,
      ChannelAccess access,
      Replies replies,
      int maxSubscriptions) {
    this.channels = channels;
    this.backplane = backplane;
    this.history = history;
    this.resumption = resumption;
    this.presence = presence;
    this.lists = lists;
    this.access = access;
    this.replies = replies;
    this.maxSubscriptions = maxSubscriptions;
  }

  void run(Connection connection, Command.Subscribe command) {
    List<ChannelName> wanted =
        command.channels().stream()
            .filter(channel -> connection.subscription(channel) == null)
            .toList();
    CompletableFuture<Boolean> subscribe =
        access.mayI(connection.principal(), ChannelAction.SUBSCRIBE, wanted);
    CompletableFuture<Boolean> answer =
        command.presence()
            ? ChannelAccess.both(
                subscribe,
                access.mayI(connection.principal(), ChannelAction.PRESENCE, command.channels()))
            : subscribe;
    if (answer.isDone()) {
      answered(connection, command, answer);
      return;
    }
    int most = maxSubscriptions - connection.subscriptionCount() - access.awaitedBy(connection);
    if (wanted.size() > most) {
      tooMany(connection, command);
      return;
    }
    ChannelAccess.Awaited awaited = access.await(connection, wanted);
    answer.whenComplete(
        (may, failure) ->
            connection.execute(
                () -> {
                  Set<ChannelName> still = access.settle(connection, awaited);
                  if (still.size() == wanted.size()) {
                    answered(connection, command, answer);
                  } else if (command.id() != null) {
                    replies.error(
                        connection,
                        command.id(),
                        ErrorCode.NOT_SUBSCRIBED,
                        "left before it had begun");
                  }
                }));
  }

  private void answered(
      Connection connection, Command.Subscribe command, CompletableFuture<Boolean> answer) {
    if (answer.isCompletedExceptionally()) {
      replies.nobodyCanTell(connection, command.id());
    } else if (answer.join()) {
      join(connection, command);
    } else {
      replies.error(
          connection,
          command.id(),
          ErrorCode.FORBIDDEN,
          "you may not subscribe to "
              + (command.channels().size() == 1 ? command.channels().get(0) : "all of these")
              + (command.presence() ? ", or not see who is online" : ""));
    }
  }

  private void join(Connection connection, Command.Subscribe command) {
    List<ChannelName> joined = new ArrayList<>(1);
    boolean within = command.channels().stream().allMatch(each -> join(connection, each, joined));
    if (command.since() == null) {
      joined.forEach(
          channel ->
              resumption.showUnplaced(Objects.requireNonNull(connection.subscription(channel))));
    }
    if (within) {
      begin(connection, command);
    } else {
      tooMany(connection, command);
    }
    // Behind the answer where that is known at once: first the ACK, then one's own USER_JOINED.
    joined.forEach(channel -> presence.subscribed(channel, connection.principal()));
  }

  private void tooMany(Connection connection, Command.Subscribe command) {
    replies.error(
        connection,
        command.id(),
        ErrorCode.LIMIT_EXCEEDED,
        "subscriptions: at most " + maxSubscriptions + " on one connection");
  }

  private void begin(Connection connection, Command.Subscribe command) {
    ChannelName only = command.channels().size() == 1 ? command.channels().get(0) : null;
    Subscription subscription = only == null ? null : connection.subscription(only);
    if (only != null && subscription != null && history.keeps(only)) {
      resumption.begin(subscription, command.since(), command.presence(), command.id());
      return;
    }
    CompletableFuture<?>[] listening =
        command.channels().stream()
            .map(channel -> listen(channel).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new);
    if (command.id() != null) {
      CompletableFuture<Void> all = CompletableFuture.allOf(listening);
      CompletionStage<Push> ack =
          command.presence() && only != null
              ? all.thenCompose(done -> lists.online(only).handle((list, f) -> ack(command, list)))
              : all.thenApply(done -> ack(command, null));
      replies.whenDone(ack, connection, command.id(), each -> each);
    }
  }

  private CompletionStage<Void> listen(ChannelName channel) {
    CompletionStage<Void> listening = backplane.subscribe(channel);
    return history.keeps(channel)
        ? listening.thenRun(() -> history.catchUp(channel, null, at -> {}))
        : listening;
  }

  /**
   * @param online null when it is not asked for, or cannot be told
   */
  private static Push ack(Command.Subscribe command, @Nullable Online online) {
    boolean recovers = command.since() != null;
    return recovers || online != null
        ? Push.Subscribed.withoutHistory(
            command.channels().get(0),
            recovers,
            online == null ? null : PresenceAction.listOf(online))
        : Push.Ack.of(command.channels());
  }

  /** Returns false when the connection has too many subscriptions already. */
  private boolean join(Connection connection, ChannelName channel, List<ChannelName> joined) {
    if (connection.subscription(channel) != null) {
      return true;
    }
    if (connection.subscriptionCount() >= maxSubscriptions) {
      return false;
    }
    channels.join(connection, channel);
    // The name that all subscriptions to the channel share.
    joined.add(Objects.requireNonNull(connection.subscription(channel)).channel());
    return true;
  }
}
