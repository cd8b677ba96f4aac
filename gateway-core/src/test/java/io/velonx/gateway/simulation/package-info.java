/**
 * Whole clusters in one thread: the classes of the core run as they are, and only the clock, the
 * network and Redis are played, so that one number decides everything that happens.
 *
 * <p><b>Role:</b> finds what examples do not: thousands of histories with faults in them, each
 * checked against what was promised to clients.
 *
 * <p><b>Threads:</b> the test's; {@link io.velonx.gateway.simulation.World} stands for all others.
 *
 * <p><b>Buffers:</b> as in the core; what is left when a node dies is released with it.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.simulation.Simulation}.
 */
@NullMarked
package io.velonx.gateway.simulation;

import org.jspecify.annotations.NullMarked;
