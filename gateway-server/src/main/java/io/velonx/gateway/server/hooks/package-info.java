/**
 * Questions and news for a back end, over HTTP.
 *
 * <p><b>Role:</b> carries what {@link io.velonx.gateway.backend} asks and tells to one address,
 * signed.
 *
 * <p><b>Threads:</b> event loops hand over and go on; answers come on threads of the HTTP client.
 *
 * <p><b>Buffers:</b> none; bodies are byte arrays.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.server.hooks.Hooks}.
 */
@NullMarked
package io.velonx.gateway.server.hooks;

import org.jspecify.annotations.NullMarked;
