/**
 * Files that users send each other.
 *
 * <p><b>Role:</b> keeps uploads while they come in and files once they are whole, within limits.
 *
 * <p><b>Threads:</b> any thread asks; the work is done by the store's own threads, never by an
 * event loop.
 *
 * <p><b>Buffers:</b> octets that come in are arrays of the store's own; those that go out are read
 * into the caller's.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.files.FileStore}.
 */
@NullMarked
package io.velonx.gateway.files;

import org.jspecify.annotations.NullMarked;
