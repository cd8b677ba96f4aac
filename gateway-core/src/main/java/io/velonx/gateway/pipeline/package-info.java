/**
 * From octets to commands, and the life of a socket.
 *
 * <p><b>Role:</b> the Netty handlers, and the one class that orders them.
 *
 * <p><b>Threads:</b> event loop of the socket.
 *
 * <p><b>Buffers:</b> releases what it reads; listeners borrow.
 *
 * <p><b>Start here:</b> {@code PipelineInitializer}.
 */
@NullMarked
package io.velonx.gateway.pipeline;

import org.jspecify.annotations.NullMarked;
