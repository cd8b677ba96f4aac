/**
 * What back ends and operators may ask of a node over HTTP.
 *
 * <p><b>Role:</b> a table of routes, who may use them, what they answer, and the documents that
 * describe them.
 *
 * <p><b>Threads:</b> event loops of the admin port; nothing here blocks.
 *
 * <p><b>Buffers:</b> none; bodies are byte arrays.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.server.api.BackEndApi}.
 */
@NullMarked
package io.velonx.gateway.server.api;

import org.jspecify.annotations.NullMarked;
