/**
 * One client's open WebSocket, and all of them.
 *
 * <p><b>Role:</b> what a node knows about its connections, and how frames are put onto them.
 *
 * <p><b>Threads:</b> the state of a connection is touched on its own event loop only; {@link
 * io.velonx.gateway.connection.ConnectionRegistry} is for any thread.
 *
 * <p><b>Buffers:</b> a {@link io.velonx.gateway.connection.PreparedFrame} is reference-counted;
 * offering it to a connection borrows it.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.connection.Connection}.
 */
@NullMarked
package io.velonx.gateway.connection;

import org.jspecify.annotations.NullMarked;
