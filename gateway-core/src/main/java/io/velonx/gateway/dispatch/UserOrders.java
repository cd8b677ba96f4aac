package io.velonx.gateway.dispatch;

import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.fanout.ChannelRegistry;
import io.velonx.gateway.history.History;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.presence.Presence;
import io.velonx.gateway.presence.TypingTracker;
import io.velonx.gateway.protocol.ChannelName;
import io.velonx.gateway.protocol.CloseReason;
import io.velonx.gateway.protocol.ErrorCode;

/**
 * Does with the connections of a user what the back end wants. Threading: any thread; each
 * connection is dealt with on its event loop.
 */
public final class UserOrders {
  private final ConnectionRegistry connections;
  private final ChannelAccess access;
  private final UnsubscribeAction unsubscribe;
  private final Replies replies;
  private final GatewayMetrics metrics;

  public UserOrders(
      ConnectionRegistry connections,
      ChannelRegistry channels,
      Backplane backplane,
      History history,
      Presence presence,
      TypingTracker typing,
      ChannelAccess access,
      GatewayMetrics metrics) {
    this.connections = connections;
    this.access = access;
    this.metrics = metrics;
    replies = new Replies(metrics);
    unsubscribe =
        new UnsubscribeAction(channels, backplane, history, presence, typing, access, replies);
  }

  void run(String userId, UserOrder order) {
    ChannelName channel = order.leave();
    if (channel == null) {
      connections.forEachOf(userId, connection -> connection.execute(() -> close(connection)));
    } else {
      // First, so that who asks again at once is not let in by an answer from before.
      access.forget(userId, channel);
      connections.forEachOf(
          userId, connection -> connection.execute(() -> remove(connection, channel)));
    }
  }

  private void close(Connection connection) {
    if (connection.isOpen()) {
      metrics.closed(CloseReason.KICKED.code());
      connection.close(CloseReason.KICKED);
    }
  }

  private void remove(Connection connection, ChannelName channel) {
    if (unsubscribe.leave(connection, channel)) {
      replies.error(
          connection, null, ErrorCode.FORBIDDEN, "the back end took you out of " + channel);
    }
  }
}
