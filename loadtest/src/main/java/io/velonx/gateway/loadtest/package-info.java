/**
 * The load test: a command line around scenarios.
 *
 * <p><b>Role:</b> measures a server from outside, knowing only the wire.
 *
 * <p><b>Threads:</b> the main one starts what the other packages describe.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.loadtest.LoadTest}.
 */
@NullMarked
package io.velonx.gateway.loadtest;

import org.jspecify.annotations.NullMarked;
