/**
 * What tests of every module share: leak detection, a real Redis, clients that speak the wire.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.testing.OpenBufferDetector}.
 */
@NullMarked
package io.velonx.gateway.testing;

import org.jspecify.annotations.NullMarked;
