package io.velonx.gateway.server.api;

import io.velonx.gateway.DrainProgress;
import org.jspecify.annotations.Nullable;

/** Empties a running node. Threading: any thread; never blocks. */
public interface NodeDrain {
  /**
   * Refuses newcomers and sends everybody away. Fails: {@link IllegalStateException} when the node
   * is about to end.
   *
   * @param closesPerSecond null for the configured rate
   * @param timeoutMillis null for the configured deadline
   */
  void drain(@Nullable Integer closesPerSecond, @Nullable Long timeoutMillis);

  /** Takes newcomers again. Fails: as {@link #drain}. */
  void cancelDrain();

  DrainProgress drainProgress();
}
