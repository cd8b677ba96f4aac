package io.velonx.gateway.dispatch;

import io.velonx.gateway.auth.ChannelAction;
import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.backend.ChannelAuthorizer;
import io.velonx.gateway.backend.GatewayEvent;
import io.velonx.gateway.backend.PublishHook;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What connections may do in channels, and which subscriptions wait for that answer. Threading: any
 * thread; what belongs to a connection is touched on its event loop.
 */
public final class ChannelAccess {
  private final ChannelAuthorizer authorizer;
  private final PublishHook publishHook;
  private final GatewayEvent.Sink events;
  private final HookLanes lanes = new HookLanes();
  private final ConcurrentHashMap<Connection, List<Awaited>> awaited = new ConcurrentHashMap<>();

  public ChannelAccess(
      ChannelAuthorizer authorizer, PublishHook publishHook, GatewayEvent.Sink events) {
    this.authorizer = authorizer;
    this.publishHook = publishHook;
    this.events = events;
  }

  PublishHook publishHook() {
    return publishHook;
  }

  HookLanes lanes() {
    return lanes;
  }

  /** Something happened to a connection. */
  void tell(GatewayEvent.Kind kind, Connection connection) {
    events.accept(new GatewayEvent(kind, connection.principal().userId(), null));
  }

  /** Whether he may in all these channels; a completed answer where it is known at once. */
  CompletableFuture<Boolean> mayI(
      Principal principal, ChannelAction action, List<ChannelName> channels) {
    CompletableFuture<Boolean> all = ChannelAuthorizer.ALLOWED;
    for (ChannelName channel : channels) {
      CompletableFuture<Boolean> one = authorizer.mayI(principal, action, channel);
      all = both(all, one);
    }
    return all;
  }

  /**
   * Does it if the connection may, now or when that is known; else answers {@link
   * ErrorCode#FORBIDDEN}. Threading: event loop of the connection.
   */
  void whenMay(
      Connection connection,
      @Nullable String id,
      ChannelAction action,
      ChannelName channel,
      Replies replies,
      Runnable allowed) {
    CompletableFuture<Boolean> answer = authorizer.mayI(connection.principal(), action, channel);
    Runnable decided =
        () -> {
          if (answer.isCompletedExceptionally()) {
            replies.nobodyCanTell(connection, id);
          } else if (!answer.join()) {
            replies.error(
                connection, id, ErrorCode.FORBIDDEN, action.word() + ": you may not in " + channel);
          } else {
            allowed.run();
          }
        };
    if (answer.isDone()) {
      decided.run();
    } else {
      answer.whenComplete((may, failure) -> connection.execute(decided));
    }
  }

  public void forget(String userId, ChannelName channel) {
    authorizer.forget(userId, channel);
  }

  /** The user has no connection on this node any more. */
  void forget(String userId) {
    authorizer.forget(userId);
  }

  /** How many channels the connection waits to be let into. */
  int awaitedBy(Connection connection) {
    int count = 0;
    for (Awaited each : awaited.getOrDefault(connection, List.of())) {
      count += each.channels.size();
    }
    return count;
  }

  /** Notes that a connection waits to be let into channels. */
  Awaited await(Connection connection, List<ChannelName> channels) {
    Awaited added = new Awaited(new HashSet<>(channels));
    awaited.computeIfAbsent(connection, fresh -> new ArrayList<>(1)).add(added);
    return added;
  }

  /**
   * Ends the wait.
   *
   * @return the channels it still wants to be let into
   */
  Set<ChannelName> settle(Connection connection, Awaited settled) {
    awaited.computeIfPresent(
        connection,
        (waiting, all) -> {
          all.removeIf(each -> each.equals(settled));
          return all.isEmpty() ? null : all;
        });
    return settled.channels;
  }

  /** The connection does not want into the channel any more, or must not. */
  void withdraw(Connection connection, ChannelName channel) {
    awaited.getOrDefault(connection, List.of()).forEach(each -> each.channels.remove(channel));
  }

  /** The connection is gone. */
  void closed(Connection connection) {
    List<Awaited> left = awaited.remove(connection);
    if (left != null) {
      left.forEach(each -> each.channels.clear());
    }
  }

  /** Whether he may both; a completed answer where it is known at once. */
  static CompletableFuture<Boolean> both(
      CompletableFuture<Boolean> one, CompletableFuture<Boolean> other) {
    return isYes(one) ? other : isYes(other) ? one : one.thenCombine(other, Boolean::logicalAnd);
  }

  private static boolean isYes(CompletableFuture<Boolean> answer) {
    return answer.isDone() && !answer.isCompletedExceptionally() && answer.join();
  }

  /** Channels that one command waits for; equal to nothing but itself. */
  static final class Awaited {
    private final Set<ChannelName> channels;

    private Awaited(Set<ChannelName> channels) {
      this.channels = channels;
    }
  }
}
