/**
 * Publications on their way into a server: when each is due, to which room, and over what.
 *
 * <p><b>Role:</b> the other end of what a swarm receives.
 *
 * <p><b>Threads:</b> one event loop does all of it; {@code Pump} takes orders from any thread.
 *
 * <p><b>Buffers:</b> written and forgotten.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.loadtest.publish.Pump}.
 */
@NullMarked
package io.velonx.gateway.loadtest.publish;

import org.jspecify.annotations.NullMarked;
