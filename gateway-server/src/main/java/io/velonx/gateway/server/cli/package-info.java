/**
 * The command line.
 *
 * <p><b>Role:</b> one class per command; each prints a table for people or JSON for programs.
 *
 * <p><b>Threads:</b> the main thread.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.server.cli.Main}.
 */
@NullMarked
package io.velonx.gateway.server.cli;

import org.jspecify.annotations.NullMarked;
