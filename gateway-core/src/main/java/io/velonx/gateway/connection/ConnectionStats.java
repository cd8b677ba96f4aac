package io.velonx.gateway.connection;

/**
 * How many are connected to this node.
 *
 * @param totalConnections open WebSockets
 * @param uniqueUsers users with at least one of them
 */
public record ConnectionStats(int totalConnections, int uniqueUsers) {
  /** Connections per user to two decimals; 0 when nobody is here. */
  public double averageConnectionsPerUser() {
    return uniqueUsers == 0 ? 0 : Math.round(totalConnections * 100.0 / uniqueUsers) / 100.0;
  }
}
