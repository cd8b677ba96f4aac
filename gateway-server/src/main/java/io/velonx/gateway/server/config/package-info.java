/**
 * What the operator wants.
 *
 * <p><b>Role:</b> one list of settings, read from flags, environment, file and the platform's own
 * variables, each value with the place it came from.
 *
 * <p><b>Threads:</b> the one that starts the process; what is loaded is immutable.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.server.config.Settings}.
 */
@NullMarked
package io.velonx.gateway.server.config;

import org.jspecify.annotations.NullMarked;
