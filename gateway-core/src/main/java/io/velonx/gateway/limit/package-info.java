/**
 * How much of the gateway one client, one user, one address and everybody together may use.
 *
 * <p><b>Role:</b> the limits with their defaults, and the counting behind them; who asks decides
 * what becomes of a client that is over one.
 *
 * <p><b>Threads:</b> what belongs to one connection is for its event loop, everything else for any.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.limit.LimitConfig}.
 */
@NullMarked
package io.velonx.gateway.limit;

import org.jspecify.annotations.NullMarked;
