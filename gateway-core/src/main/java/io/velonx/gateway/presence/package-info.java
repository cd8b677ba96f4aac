/**
 * Who is online and who types.
 *
 * <p><b>Role:</b> turns the coming and going of connections into what is true of users, shared
 * through the backplane and announced in channels.
 *
 * <p><b>Threads:</b> methods are for any thread; state lives on one control thread, where nothing
 * blocks.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.presence.Presence}.
 */
@NullMarked
package io.velonx.gateway.presence;

import org.jspecify.annotations.NullMarked;
