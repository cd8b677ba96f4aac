package io.velonx.gateway.server.api;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Takes back on every node what tokens prove.
 *
 * <p>Threading: any thread; never blocks. Fails: {@link IllegalArgumentException} for what is no
 * id; the stage fails when the backplane cannot take it.
 */
public interface Revoker {
  /** Revokes the tokens a user was given so far, and closes his connections. */
  CompletionStage<Void> revokeUser(String userId);

  /** Closes the connections of a user, and refuses new ones for that time; none ends a ban. */
  CompletionStage<Void> ban(String userId, Duration time);

  /** Revokes the tokens of a session. */
  CompletionStage<Void> revokeSession(String sessionId);

  /** Revokes one token. */
  CompletionStage<Void> revokeToken(String tokenId);
}
