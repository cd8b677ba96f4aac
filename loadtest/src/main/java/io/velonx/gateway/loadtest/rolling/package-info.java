/**
 * The rolling restart: nodes, Redis and a proxy as processes, clients that come back, and the proof
 * that nothing was lost, doubled or disordered on the way.
 *
 * <p><b>Role:</b> breaks a whole site on purpose, one part after the other, and keeps the account
 * by numbers of its own, which the gateway does not know.
 *
 * <p><b>Threads:</b> the main thread directs; all clients live on one event loop; publications go
 * out on threads of their own.
 *
 * <p><b>Buffers:</b> nothing that was read leaves {@code ClientSocket}.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.loadtest.rolling.RollingRun}.
 */
@NullMarked
package io.velonx.gateway.loadtest.rolling;

import org.jspecify.annotations.NullMarked;
