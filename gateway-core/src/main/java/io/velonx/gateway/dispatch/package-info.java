/**
 * What happens when a client asks for something.
 *
 * <p><b>Role:</b> one action per message type, and the switch that finds it.
 *
 * <p><b>Threads:</b> event loop of the connection; answers of the backplane come back to it.
 *
 * <p><b>Buffers:</b> borrows the payload of a message while it is decoded.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.dispatch.CommandDispatcher}.
 */
@NullMarked
package io.velonx.gateway.dispatch;

import org.jspecify.annotations.NullMarked;
