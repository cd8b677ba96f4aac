package io.velonx.gateway.pipeline;

import io.velonx.gateway.limit.Gate;
import io.velonx.gateway.metrics.GatewayMetrics;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What all sockets of the node share until they are upgraded. Threading: event loops.
 *
 * @param accepting false while the node drains: no more upgrades
 * @param gate the limits a socket must pass
 * @param files null where there are none
 * @param connectionIds the last number given to a connection
 */
record PipelineServices(
    PipelineConfig config,
    Authentication authentication,
    PublicHttp http,
    BooleanSupplier accepting,
    Gate gate,
    @Nullable PublicFiles files,
    GatewayMetrics metrics,
    AtomicLong connectionIds) {}
