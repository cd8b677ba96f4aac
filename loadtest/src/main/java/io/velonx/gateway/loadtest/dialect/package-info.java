/**
 * How to speak to a server, as a text file says it.
 *
 * <p><b>Role:</b> makes every server with WebSockets measurable without code of its own.
 *
 * <p><b>Threads:</b> any; what is read is immutable.
 *
 * <p><b>Buffers:</b> none; templates become byte arrays.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.loadtest.dialect.DialectFile}.
 */
@NullMarked
package io.velonx.gateway.loadtest.dialect;

import org.jspecify.annotations.NullMarked;
