/**
 * What users are told, kept until they have it.
 *
 * <p><b>Role:</b> appends messages for users to their logs, pushes them, and reads to each
 * connection that asks for it what its user has not acknowledged.
 *
 * <p><b>Threads:</b> any may post; a {@link io.velonx.gateway.inbox.InboxReader} belongs to the
 * event loop of its connection. The node's home loop looks after them all.
 *
 * <p><b>Buffers:</b> none cross the edge; envelopes are byte arrays.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.inbox.Inbox}.
 */
@NullMarked
package io.velonx.gateway.inbox;

import org.jspecify.annotations.NullMarked;
