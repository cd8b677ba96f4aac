/**
 * A real browser in front of a node.
 *
 * <p><b>Role:</b> opens pages as a person would and says what they show. <b>Threads:</b> one test
 * thread. <b>Buffers:</b> none. <b>Start here:</b> {@link
 * io.velonx.gateway.server.browser.Chromium}.
 */
@NullMarked
package io.velonx.gateway.server.browser;

import org.jspecify.annotations.NullMarked;
