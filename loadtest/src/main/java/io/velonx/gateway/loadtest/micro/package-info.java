/**
 * Micro-benchmarks of what happens for each message. Run by {@code scripts/bench micro}.
 *
 * <p><b>Role:</b> what a hand-tuned line of core has to win here before it may stay.
 *
 * <p><b>Threads:</b> one per benchmark.
 *
 * <p><b>Buffers:</b> made and released by each benchmark.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.loadtest.micro.CodecBenchmark}.
 */
@NullMarked
package io.velonx.gateway.loadtest.micro;

import org.jspecify.annotations.NullMarked;
