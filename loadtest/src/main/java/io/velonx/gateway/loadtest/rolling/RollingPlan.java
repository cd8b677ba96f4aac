package io.velonx.gateway.loadtest.rolling;

import java.nio.file.Path;
import java.util.List;

/**
 * What a run does.
 *
 * @param restarts how many of the nodes are restarted by SIGTERM, in turn
 * @param roomsPerClient how many rooms each client listens to
 * @param rate publications a second, in all rooms together
 * @param calmMillis between two disturbances, and at both ends
 * @param outageMillis how long Redis is away
 * @param proxy the program HAProxy; empty when clients choose a node themselves
 * @param javaFlags for the JVMs of the nodes
 */
public record RollingPlan(
    int nodes,
    int restarts,
    int clients,
    int rooms,
    int roomsPerClient,
    int rate,
    long calmMillis,
    long outageMillis,
    String redis,
    String proxy,
    Path jar,
    List<String> javaFlags) {
  public RollingPlan {
    require(nodes >= 2, "nodes", nodes, "2 or more");
    require(restarts >= 0 && restarts <= nodes, "restarts", restarts, "0 to the number of nodes");
    require(clients >= 1, "clients", clients, "1 or more");
    require(rooms >= 1, "rooms", rooms, "1 or more");
    require(
        roomsPerClient >= 1 && roomsPerClient <= rooms,
        "rooms per client",
        roomsPerClient,
        "1 to the number of rooms");
    require(rate >= 1, "rate", rate, "1 or more");
    javaFlags = List.copyOf(javaFlags);
  }

  private static void require(boolean holds, String name, int value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
    }
  }
}
