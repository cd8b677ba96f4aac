/**
 * The backplane of many nodes: Redis, through Redisson.
 *
 * <p><b>Role:</b> topics carry publications, Lua scripts keep what nodes agree on, leases say which
 * nodes are alive. One Redis (or one address in front of several); Redis Cluster is not supported,
 * because joining checks the lease in the same script and these keys lie in different slots.
 *
 * <p><b>Threads:</b> any thread may publish, join and leave. Publications arrive on Redisson's
 * event loop, which must never wait. Subscribing, leases and reaping are decided on one control
 * thread.
 *
 * <p><b>Buffers:</b> none leave Redisson; an envelope is copied once, into the array handed on.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.backplane.redis.RedissonBackplane}.
 */
@NullMarked
package io.velonx.gateway.backplane.redis;

import org.jspecify.annotations.NullMarked;
