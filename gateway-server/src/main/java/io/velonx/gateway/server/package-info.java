/**
 * The process around the gateway.
 *
 * <p><b>Role:</b> wires configuration, backplane, gateway, pages and admin port together, and ends
 * them in order.
 *
 * <p><b>Threads:</b> the main thread starts and waits; signals come on threads of the JVM.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.server.GatewayProcess}.
 */
@NullMarked
package io.velonx.gateway.server;

import org.jspecify.annotations.NullMarked;
