package io.velonx.gateway.auth;

import org.jspecify.annotations.Nullable;

/** Decides whether a token proves an identity. Threading: any thread; never blocks. */
@FunctionalInterface
public interface TokenVerifier {
  /** Refuses everything: what a node without a secret does. */
  TokenVerifier REFUSE_ALL = token -> new Verification.Refused("no secret is configured");

  Verification verify(String token);

  /** The outcome of looking at a token. A bad token is a value, never an exception. */
  sealed interface Verification {
    /** The token is genuine and in force. */
    record Accepted(Principal principal) implements Verification {}

    /**
     * The token proves nothing.
     *
     * @param reason for operators and the CLI; never sent to the client
     */
    record Refused(String reason) implements Verification {}

    /** The identity, or null when refused. */
    default @Nullable Principal principalOrNull() {
      return this instanceof Accepted accepted ? accepted.principal() : null;
    }
  }
}
