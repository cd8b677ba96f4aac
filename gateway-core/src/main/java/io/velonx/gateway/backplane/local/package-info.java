/**
 * The backplane of a single node.
 *
 * <p><b>Role:</b> keeps everything nodes would share in this process.
 *
 * <p><b>Threads:</b> any thread may call. Whoever finds a lane idle delivers what is in it, so the
 * listener runs on the publishers' threads, one at a time per channel.
 *
 * <p><b>Buffers:</b> none; an envelope is handed on as the array it came in.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.backplane.local.LocalBackplane}.
 */
@NullMarked
package io.velonx.gateway.backplane.local;

import org.jspecify.annotations.NullMarked;
