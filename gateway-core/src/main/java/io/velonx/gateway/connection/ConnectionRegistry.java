package io.velonx.gateway.connection;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The open connections of this node, by user. Threading: any thread; readers never wait.
 *
 * <p>The connections of a user are an immutable array, replaced on every change: users have a
 * handful of tabs, and readers far outnumber changes.
 */
public final class ConnectionRegistry {
  private static final Connection[] NONE = {};

  private final ConcurrentHashMap<String, Connection[]> byUser = new ConcurrentHashMap<>();
  private final AtomicInteger total = new AtomicInteger();

  public void add(Connection connection) {
    byUser.merge(
        connection.principal().userId(), new Connection[] {connection}, ConnectionRegistry::join);
    total.incrementAndGet();
  }

  /** Forgets that very connection. Fails: false when it was not there. */
  public boolean remove(Connection connection) {
    boolean[] removed = {false};
    byUser.computeIfPresent(
        connection.principal().userId(),
        (user, connections) -> {
          int index = indexOf(connections, connection);
          if (index < 0) {
            return connections;
          }
          removed[0] = true;
          return connections.length == 1 ? null : without(connections, index);
        });
    if (removed[0]) {
      total.decrementAndGet();
    }
    return removed[0];
  }

  public void forEachOf(String userId, Consumer<Connection> action) {
    for (Connection connection : byUser.getOrDefault(userId, NONE)) {
      action.accept(connection);
    }
  }

  public void forEach(Consumer<Connection> action) {
    for (Map.Entry<String, Connection[]> user : byUser.entrySet()) {
      for (Connection connection : user.getValue()) {
        action.accept(connection);
      }
    }
  }

  /** Every user who has a connection. */
  public void forEachUser(Consumer<String> action) {
    byUser.keySet().forEach(action);
  }

  public boolean contains(Connection connection) {
    Connection[] known = byUser.getOrDefault(connection.principal().userId(), NONE);
    return indexOf(known, connection) >= 0;
  }

  public boolean isConnected(String userId) {
    return byUser.containsKey(userId);
  }

  public int size() {
    return total.get();
  }

  public ConnectionStats stats() {
    return new ConnectionStats(total.get(), byUser.size());
  }

  private static Connection[] join(Connection[] some, Connection[] more) {
    Connection[] all = new Connection[some.length + more.length];
    System.arraycopy(some, 0, all, 0, some.length);
    System.arraycopy(more, 0, all, some.length, more.length);
    return all;
  }

  private static Connection[] without(Connection[] connections, int index) {
    Connection[] rest = new Connection[connections.length - 1];
    System.arraycopy(connections, 0, rest, 0, index);
    System.arraycopy(connections, index + 1, rest, index, rest.length - index);
    return rest;
  }

  private static int indexOf(Connection[] connections, Connection wanted) {
    for (int i = 0; i < connections.length; i++) {
      if (connections[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}
