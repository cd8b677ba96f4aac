package io.velonx.gateway.dispatch;

import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.limit.Refusal;
import io.velonx.gateway.limit.Refusal.Reason;
import io.velonx.gateway.limit.UserAdmission;
import io.velonx.gateway.limit.UserCap;
import io.velonx.gateway.limit.UserCap.WhenFull;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.CloseReason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps users from having too many connections, on all nodes together. While the backplane is away,
 * this node counts alone and lets others in. Threading: any thread.
 */
public final class UserConnections implements UserAdmission {
  /** Connections counted in again at once after a lapse, and how often. */
  private static final int PART = 500;

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Backplane backplane;
  private final ConnectionRegistry connections;
  private final UserCap cap;
  private final ScheduledExecutorService control;
  private final GatewayMetrics metrics;

  /**
   * Connections between their admission and their opening: whether they were replaced meanwhile.
   */
  private final ConcurrentHashMap<Long, Boolean> replaced = new ConcurrentHashMap<>();

  public UserConnections(
      Backplane backplane,
      ConnectionRegistry connections,
      UserCap cap,
      ScheduledExecutorService control,
      GatewayMetrics metrics) {
    this.backplane = backplane;
    this.connections = connections;
    this.cap = cap;
    this.control = control;
    this.metrics = metrics;
  }

  @Override
  public CompletionStage<@Nullable Refusal> admit(String userId, long connectionId) {
    if (cap.most() == 0) {
      return EVERYBODY.admit(userId, connectionId);
    }
    replaced.put(connectionId, false);
    return backplane
        .admit(userId, connectionId, cap)
        .handle(
            (admitted, failure) -> {
              boolean good = failure == null ? admitted : admitAlone(userId);
              if (good) {
                return null;
              }
              replaced.remove(connectionId);
              return Refusal.of(
                  Reason.USER, "connections of one user on all nodes: at most " + cap.most());
            });
  }

  @Override
  public void release(String userId, long connectionId) {
    if (cap.most() > 0) {
      replaced.remove(connectionId);
      backplane.release(userId, connectionId);
    }
  }

  /** A connection that was admitted can be found from now on. */
  void opened(Connection connection) {
    if (Boolean.TRUE.equals(replaced.remove(connection.id()))) {
      replace(connection);
    }
  }

  /** A connection of this node has to make room. */
  void onReplaced(String userId, long connectionId) {
    // In this order: whoever is not waiting to be opened any more is registered.
    if (replaced.computeIfPresent(connectionId, (id, before) -> true) == null) {
      connections.forEachOf(
          userId,
          connection -> {
            if (connection.id() == connectionId) {
              replace(connection);
            }
          });
    }
  }

  /** What other nodes knew of this one is lost: counts everybody in again, part by part. */
  void lapsed() {
    if (cap.most() > 0) {
      Queue<Connection> all = new ArrayDeque<>();
      connections.forEach(all::add);
      control.execute(() -> assertAgain(all));
    }
  }

  private void assertAgain(Queue<Connection> left) {
    for (int i = 0; i < PART && !left.isEmpty(); i++) {
      Connection connection = left.remove();
      if (connections.contains(connection)) {
        String userId = connection.principal().userId();
        backplane
            .admit(userId, connection.id(), UserCap.NONE)
            .thenRun(
                () -> {
                  // Closed meanwhile, and counted out before it was counted in.
                  if (!connections.contains(connection)) {
                    backplane.release(userId, connection.id());
                  }
                });
      }
    }
    if (!left.isEmpty()) {
      control.schedule(() -> assertAgain(left), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private boolean admitAlone(String userId) {
    metrics.unchecked.inc();
    ArrayDeque<Connection> own = new ArrayDeque<>();
    connections.forEachOf(userId, own::add);
    if (own.size() < cap.most()) {
      return true;
    }
    if (cap.whenFull() == WhenFull.REJECT) {
      return false;
    }
    own.stream().min(Comparator.comparingLong(Connection::id)).ifPresent(this::replace);
    return true;
  }

  private void replace(Connection connection) {
    metrics.closed(CloseReason.REPLACED.code());
    connection.close(CloseReason.REPLACED);
  }
}
