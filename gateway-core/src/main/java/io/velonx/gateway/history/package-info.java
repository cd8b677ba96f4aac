/**
 * What channels remember, and how nobody misses any of it.
 *
 * <p><b>Role:</b> numbered publications in order and once, gaps repaired or told, and the way back
 * for who was away.
 *
 * <p><b>Threads:</b> any; each {@link io.velonx.gateway.history.ChannelLog} has a lock of its own,
 * held only while its publications are handed to the fan-out, which never waits.
 *
 * <p><b>Buffers:</b> none are kept; envelopes are byte arrays that nobody changes.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.history.History}, then {@link
 * io.velonx.gateway.history.ChannelLog}.
 */
@NullMarked
package io.velonx.gateway.history;

import org.jspecify.annotations.NullMarked;
