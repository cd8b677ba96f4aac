/**
 * What is counted, and what the counts come to.
 *
 * <p><b>Role:</b> markers in messages, sequences, histograms, processor time, slopes and limits.
 *
 * <p><b>Threads:</b> counters belong to one event loop; tallies are immutable.
 *
 * <p><b>Buffers:</b> none; what is read here are byte arrays.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.loadtest.measure.Marker}.
 */
@NullMarked
package io.velonx.gateway.loadtest.measure;

import org.jspecify.annotations.NullMarked;
