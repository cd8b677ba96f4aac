package io.velonx.gateway.loadtest.swarm;

import java.util.List;

/**
 * All a process has to know to be its share of a swarm.
 *
 * @param dialectFile names the dialect in failures
 * @param dialectText the dialect itself, so that children need no file
 * @param urls the nodes; connection i goes to node i modulo their number
 * @param secret signs tokens; empty for that of the dialect
 * @param users how many users there are; connection i is user i modulo that
 * @param publishers how many publishers number their publications
 * @param loops event loops of each process
 * @param sourceAddresses connections leave from 127.0.0.1 to 127.0.0.N; 0 leaves it to the system
 * @param timeoutMillis how long a connection may take to open
 * @param keepsOffsets whether to look for the offset of every publication, which is not for free
 * @param process which of the processes this is
 */
public record SwarmPlan(
    String dialectFile,
    String dialectText,
    List<String> urls,
    String secret,
    Audience audience,
    int users,
    int publishers,
    int loops,
    int sourceAddresses,
    int timeoutMillis,
    boolean keepsOffsets,
    int process,
    int processes) {

  /** The share of that process. */
  SwarmPlan forProcess(int number) {
    return with(urls, audience, loops, number, processes);
  }

  /** The same at one node. */
  public SwarmPlan at(String url) {
    return with(List.of(url), audience, loops, process, processes);
  }

  /**
   * A swarm of one connection in a room of its own: the last of as many processes as there would be
   * rooms.
   */
  public SwarmPlan forBystander() {
    int rooms = audience.rooms() + 1;
    return with(urls, new Audience(rooms, rooms, 1, 0), 1, rooms - 1, rooms);
  }

  private SwarmPlan with(
      List<String> nodes, Audience listeners, int loopCount, int number, int count) {
    return new SwarmPlan(
        dialectFile,
        dialectText,
        nodes,
        secret,
        listeners,
        users,
        publishers,
        loopCount,
        sourceAddresses,
        timeoutMillis,
        keepsOffsets,
        number,
        count);
  }

  /** How many event loops all processes have: connection i is on number i modulo that. */
  public int parties() {
    return loops * processes;
  }

  /** Which of them the loop of that index in this process is. */
  int party(int loop) {
    return process + processes * loop;
  }
}
