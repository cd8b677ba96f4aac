/**
 * Counts that may not grow: bytes, writes, system calls. Never times, so that a busy machine
 * changes nothing.
 *
 * <p>These tests run in a JVM of their own, without leak tracking and without the optimising
 * compiler: what is counted is what the code asks for, and the same on every run.
 */
@NullMarked
package io.velonx.gateway.gate;

import org.jspecify.annotations.NullMarked;
