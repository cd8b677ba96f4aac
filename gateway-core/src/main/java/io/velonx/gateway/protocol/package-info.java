/**
 * What travels over a socket: names, envelopes, commands, errors and close codes.
 *
 * <p><b>Role:</b> the wire protocol as values, with the JSON codec that reads and writes them.
 *
 * <p><b>Threads:</b> values are immutable; {@link io.velonx.gateway.protocol.CommandDecoder}
 * belongs to one event loop.
 *
 * <p><b>Buffers:</b> none; this package deals in byte arrays.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.protocol.MessageType}, then {@link
 * io.velonx.gateway.protocol.Command}.
 */
@NullMarked
package io.velonx.gateway.protocol;

import org.jspecify.annotations.NullMarked;
