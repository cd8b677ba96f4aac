package io.velonx.gateway.backplane.local;

import io.velonx.gateway.limit.UserCap;
import io.velonx.gateway.limit.UserCap.WhenFull;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The connections of each user, oldest first. Threading: any thread. */
final class LocalConnections {
  private final ConcurrentHashMap<String, Set<Long>> byUser = new ConcurrentHashMap<>();

  /**
   * Counts a connection in.
   *
   * @return false when the user has as many as he may
   */
  boolean admit(String userId, long connectionId, UserCap cap, Replaced replaced) {
    boolean[] admitted = {true};
    Long[] oldest = new Long[1];
    byUser.compute(
        userId,
        (user, known) -> {
          Set<Long> connections = known == null ? new LinkedHashSet<>() : known;
          if (cap.most() > 0
              && connections.size() >= cap.most()
              && !connections.contains(connectionId)) {
            if (cap.whenFull() == WhenFull.REJECT) {
              admitted[0] = false;
              return connections;
            }
            oldest[0] = connections.iterator().next();
            connections.remove(oldest[0]);
          }
          connections.add(connectionId);
          return connections;
        });
    // Not inside: who hears of it may come back here.
    if (oldest[0] != null) {
      replaced.accept(userId, oldest[0]);
    }
    return admitted[0];
  }

  void release(String userId, long connectionId) {
    byUser.computeIfPresent(userId, (user, connections) -> without(connections, connectionId));
  }

  private static @Nullable Set<Long> without(Set<Long> connections, long connectionId) {
    connections.remove(connectionId);
    return connections.isEmpty() ? null : connections;
  }

  /** Hears of a connection that made room. */
  interface Replaced {
    void accept(String userId, long connectionId);
  }
}
