/**
 * The back end, as a node sees it.
 *
 * <p><b>Role:</b> what a back end is asked (may he, shall this be published) and told (who came,
 * who left); how the question travels is up to who implements it.
 *
 * <p><b>Threads:</b> any may ask; nothing here blocks, and answers may come on any thread.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.backend.ChannelAuthorizer}.
 */
@NullMarked
package io.velonx.gateway.backend;

import org.jspecify.annotations.NullMarked;
