/**
 * The gateway beside its peers, in one run on one machine.
 *
 * <p><b>Role:</b> starts every candidate, lets the swarm load one after the other, again and again,
 * and puts their figures into one table.
 *
 * <p><b>Threads:</b> the main thread; the swarm brings its own. A shutdown hook ends what was
 * started.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.loadtest.compare.Compare}.
 */
@NullMarked
package io.velonx.gateway.loadtest.compare;

import org.jspecify.annotations.NullMarked;
