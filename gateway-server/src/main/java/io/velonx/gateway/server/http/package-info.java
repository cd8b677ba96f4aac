/**
 * What the process answers over plain HTTP.
 *
 * <p><b>Role:</b> health, readiness and demo pages on the public port; statistics and publishing on
 * the admin port.
 *
 * <p><b>Threads:</b> event loops; nothing here blocks.
 *
 * <p><b>Buffers:</b> {@link io.velonx.gateway.server.http.AdminServer} releases what it reads;
 * routes deal in byte arrays.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.server.http.PublicRoutes}, then {@link
 * io.velonx.gateway.server.http.AdminRoutes}.
 */
@NullMarked
package io.velonx.gateway.server.http;

import org.jspecify.annotations.NullMarked;
