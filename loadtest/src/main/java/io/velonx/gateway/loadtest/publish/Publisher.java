package io.velonx.gateway.loadtest.publish;

import io.velonx.gateway.loadtest.dialect.Values;
import java.util.concurrent.CompletableFuture;

/**
 * Several connections that take publications to a server, numbered from 0.
 *
 * <p>Threading: one event loop, but for {@link #open} and {@link #close}.
 */
interface Publisher {
  /** Connects. Fails: when one of the connections cannot be used. */
  CompletableFuture<Void> open();

  /** Whether that connection can take a publication now. */
  boolean isReady(int connection);

  /** Sends what the values hold, as soon as {@link #flush} is called. */
  void publish(int connection, Values values);

  void flush();

  /** How many publications the server did not take. */
  long refused();

  /** How many connections ended since they were opened. */
  int gone();

  void close();
}
