/**
 * What the node counts.
 *
 * <p><b>Role:</b> every instrument by name, resolved once.
 *
 * <p><b>Threads:</b> any.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.metrics.GatewayMetrics}.
 */
@NullMarked
package io.velonx.gateway.metrics;

import org.jspecify.annotations.NullMarked;
