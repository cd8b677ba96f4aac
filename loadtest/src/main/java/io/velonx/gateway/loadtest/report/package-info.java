/**
 * Results as a page to look at.
 *
 * <p><b>Role:</b> turns result files, of one load or of a comparison, into one HTML file that needs
 * nothing else: charts are SVG, colours follow the reader's light or dark screen.
 *
 * <p><b>Threads:</b> the main thread.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.loadtest.report.Report}.
 */
@NullMarked
package io.velonx.gateway.loadtest.report;

import org.jspecify.annotations.NullMarked;
