/**
 * Connections by the ten thousand: opening, reading, requests, closing, and the processes they are
 * spread over.
 *
 * <p><b>Role:</b> is what a server sees as its clients, and counts what they get.
 *
 * <p><b>Threads:</b> everything of a connection happens on its event loop; a {@code Swarm} takes
 * orders from any thread.
 *
 * <p><b>Buffers:</b> reads of a loop share one buffer; nothing that was read leaves {@code
 * WsClient}.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.loadtest.swarm.Swarm}, then {@code WsClient}.
 */
@NullMarked
package io.velonx.gateway.loadtest.swarm;

import org.jspecify.annotations.NullMarked;
