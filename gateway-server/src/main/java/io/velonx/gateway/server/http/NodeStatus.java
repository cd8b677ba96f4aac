package io.velonx.gateway.server.http;

import io.velonx.gateway.backplane.BackplaneHealth;
import io.velonx.gateway.backplane.BackplaneState;
import io.velonx.gateway.connection.ConnectionStats;
import org.jspecify.annotations.Nullable;

/** What can be told of a running node without waiting. Threading: any thread. */
public interface NodeStatus {
  /** Whether a load balancer should send newcomers here. */
  boolean isReady();

  /** Why newcomers are refused although everything works; null when they are not. */
  @Nullable String overload();

  ConnectionStats connections();

  /** Room and group channels with subscribers on this node. */
  int channels();

  /** Pairs of connection and channel on this node. */
  long subscriptions();

  BackplaneHealth backplane();

  BackplaneState backplaneState();
}
