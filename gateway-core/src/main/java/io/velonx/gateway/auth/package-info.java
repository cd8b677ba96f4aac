/**
 * Who is at the other end.
 *
 * <p><b>Role:</b> turns a token into a {@link io.velonx.gateway.auth.Principal}, or refuses it.
 *
 * <p><b>Threads:</b> any; verifiers are immutable.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.auth.TokenVerifier}.
 */
@NullMarked
package io.velonx.gateway.auth;

import org.jspecify.annotations.NullMarked;
