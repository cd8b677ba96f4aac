/**
 * Who is at the other end.
 *
 * <p><b>Role:</b> turns a token or a session cookie into a {@link
 * io.velonx.gateway.auth.Principal}, or refuses it, and knows what was revoked.
 *
 * <p><b>Threads:</b> any; verifiers are immutable, and keys are fetched by a thread of their own.
 *
 * <p><b>Buffers:</b> none.
 *
 * <p><b>Start here:</b> {@link io.velonx.gateway.auth.TokenVerifier}.
 */
@NullMarked
package io.velonx.gateway.auth;

import org.jspecify.annotations.NullMarked;
