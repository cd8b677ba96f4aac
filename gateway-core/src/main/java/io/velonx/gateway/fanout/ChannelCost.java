package io.velonx.gateway.fanout;

import io.velonx.gateway.protocol.ChannelName;

/**
 * What a channel cost this node in the last {@link ChannelCosts#SPAN} that is over.
 *
 * @param deliveries frames written, each subscriber counted
 * @param octets of those frames, before compression
 * @param share of the work of the whole fan-out, from 0 to 1; estimated from writes and octets
 */
public record ChannelCost(
    ChannelName channel, long publications, long deliveries, long octets, double share) {}
