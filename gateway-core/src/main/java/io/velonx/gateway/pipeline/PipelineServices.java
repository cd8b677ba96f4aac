package io.velonx.gateway.pipeline;

import io.velonx.gateway.metrics.GatewayMetrics;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * What all sockets of the node share until they are upgraded. Threading: event loops.
 *
 * @param accepting false while the node drains: no more upgrades
 * @param connectionIds the last number given to a connection
 */
record PipelineServices(
    PipelineConfig config,
    Authentication authentication,
    PublicHttp http,
    BooleanSupplier accepting,
    GatewayMetrics metrics,
    AtomicLong connectionIds) {}
