package io.velonx.gateway.server.http;

import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * Takes back on every node what tokens prove.
 *
 * <p>Threading: any thread; never blocks. Fails: {@link IllegalArgumentException} for what is no
 * id; the stage fails when the backplane cannot take it.
 */
public interface Revoker {
  /** Closes the connections of a user, and refuses the tokens he was given so far. */
  CompletionStage<Void> kick(String userId);

  /** Closes the connections of a user, and refuses new ones for that time; none ends a ban. */
  CompletionStage<Void> ban(String userId, Duration time);

  /** Revokes the tokens of a session. */
  CompletionStage<Void> revokeSession(String sessionId);

  /** Revokes one token. */
  CompletionStage<Void> revokeToken(String tokenId);
}
