/**
 * What the process answers over plain HTTP.
 *
 * <p><b>Role:</b> health, readiness and demo pages on the public port.
 *
 * <p><b>Threads:</b> event loops; nothing here blocks.
 *
 * <p><b>Buffers:</b> none; routes deal in byte arrays.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.server.http.PublicRoutes}.
 */
@NullMarked
package io.velonx.gateway.server.http;

import org.jspecify.annotations.NullMarked;
