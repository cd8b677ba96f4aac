package io.velonx.gateway.inbox;

import io.velonx.gateway.backplane.Backplane;
import io.velonx.gateway.fanout.Fanout;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.presence.Presence;

/** What every reader of an inbox needs. */
record InboxServices(
    Backplane backplane, Presence presence, Fanout fanout, GatewayMetrics metrics) {}
