package io.velonx.gateway.loadtest.swarm;

/**
 * Told when all subscribers on one event loop have a publication. Threading: called on that event
 * loop, or on the thread that reads from a child process.
 */
@FunctionalInterface
public interface Completions {
  void completed(int publisher, int room, int sequence);
}
