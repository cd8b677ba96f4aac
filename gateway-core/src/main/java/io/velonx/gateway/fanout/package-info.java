/**
 * One publication to every local subscriber.
 *
 * <p><b>Role:</b> who listens to what on this node, and the way of a frame to all of them.
 *
 * <p><b>Threads:</b> {@link io.velonx.gateway.fanout.Fanout} is for any thread; the subscribers on
 * one event loop are changed and walked on that loop only.
 *
 * <p><b>Buffers:</b> a frame handed in is taken over; each loop with subscribers holds one
 * reference until it has walked them.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.fanout.Fanout}, then {@link
 * io.velonx.gateway.fanout.FanoutLoop}.
 */
@NullMarked
package io.velonx.gateway.fanout;

import org.jspecify.annotations.NullMarked;
