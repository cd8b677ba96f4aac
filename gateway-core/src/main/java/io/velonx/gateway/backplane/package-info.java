/**
 * What carries publications between nodes, and what nodes remember together.
 *
 * <p><b>Role:</b> one interface over a bus and a little shared memory; {@code backplane.local}
 * keeps it in this process, {@code backplane.redis} in Redis.
 *
 * <p><b>Threads:</b> any thread may call; nothing blocks. Publications arrive on the backplane's
 * own thread, one at a time per channel.
 *
 * <p><b>Buffers:</b> none; envelopes are byte arrays that nobody changes after handing them over.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.backplane.Backplane}.
 */
@NullMarked
package io.velonx.gateway.backplane;

import org.jspecify.annotations.NullMarked;
