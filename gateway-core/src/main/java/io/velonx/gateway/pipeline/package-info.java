/**
 * From octets to commands, and the life of a socket.
 *
 * <p><b>Role:</b> the Netty handlers, and the one class that orders them.
 *
 * <p><b>Threads:</b> event loop of the socket; what its connections share is in one {@code
 * LoopState} per loop.
 *
 * <p><b>Buffers:</b> releases what it reads; listeners borrow. An idle connection holds none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.pipeline.PipelineInitializer}.
 */
@NullMarked
package io.velonx.gateway.pipeline;

import org.jspecify.annotations.NullMarked;
