package io.velonx.gateway.loadtest.swarm;

import io.velonx.gateway.loadtest.measure.Tally;
import java.util.concurrent.CompletableFuture;

/**
 * Connections that do what they are told, in this process or in others.
 *
 * <p>Threading: any thread. Ownership: the caller closes it, which ends every connection.
 */
public interface Swarm extends AutoCloseable {
  /** The answer comes when the order is carried out; it holds all counts since the beginning. */
  CompletableFuture<Tally> carryOut(Order order);

  /** Waits for the answer. Fails: {@link IllegalStateException}. */
  default Tally await(Order order) {
    try {
      return carryOut(order).get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException(order + " failed: " + e.getCause(), e.getCause());
    }
  }

  @Override
  void close();
}
