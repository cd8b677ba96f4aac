/**
 * The gateway as a library.
 *
 * <p><b>Role:</b> what an embedding program touches: a configuration, and a node to start and stop.
 *
 * <p><b>Threads:</b> any; event loops are the node's own.
 *
 * <p><b>Buffers:</b> none cross this edge.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.Gateway}.
 */
@NullMarked
package io.velonx.gateway;

import org.jspecify.annotations.NullMarked;
