/**
 * A real browser in front of a node.
 *
 * <p><b>Role:</b> opens the demo page as a person would and says what it shows. <b>Threads:</b> one
 * test thread. <b>Buffers:</b> none. <b>Start here:</b> {@link
 * io.velonx.gateway.server.browser.Chromium}.
 */
@NullMarked
package io.velonx.gateway.server.browser;

import org.jspecify.annotations.NullMarked;
