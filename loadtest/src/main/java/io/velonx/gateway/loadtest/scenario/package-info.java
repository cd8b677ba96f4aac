/**
 * What can be measured, each a command with figures as its result.
 *
 * <p><b>Role:</b> tells swarm and publisher what to do, and turns their counts into figures.
 *
 * <p><b>Threads:</b> the main one.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@code FanoutScenario}, then {@code Run}.
 */
@NullMarked
package io.velonx.gateway.loadtest.scenario;

import org.jspecify.annotations.NullMarked;
