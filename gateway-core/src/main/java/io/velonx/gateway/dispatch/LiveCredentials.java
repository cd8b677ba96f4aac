package io.velonx.gateway.dispatch;

import io.velonx.gateway.auth.Principal;
import io.velonx.gateway.auth.Revocation;
import io.velonx.gateway.auth.Revocations;
import io.velonx.gateway.auth.TokenVerifier;
import io.velonx.gateway.auth.TokenVerifier.Verification;
import io.velonx.gateway.connection.Connection;
import io.velonx.gateway.connection.ConnectionRegistry;
import io.velonx.gateway.metrics.GatewayMetrics;
import io.velonx.gateway.protocol.CloseReason;
import java.util.Collection;

/**
 * What becomes of the credentials of open connections: they are revoked, or newer ones come.
 * Threading: any thread.
 */
public final class LiveCredentials {
  private final TokenVerifier tokens;
  private final Revocations revocations;
  private final ConnectionRegistry connections;
  private final GatewayMetrics metrics;

  /**
   * @param tokens refuses what is revoked
   */
  public LiveCredentials(
      TokenVerifier tokens,
      Revocations revocations,
      ConnectionRegistry connections,
      GatewayMetrics metrics) {
    this.tokens = tokens;
    this.revocations = revocations;
    this.connections = connections;
    this.metrics = metrics;
  }

  /** Heeds revocations of this or another node, and closes whom they concern. */
  void revoked(Collection<Revocation> added) {
    // In this order: whoever is not registered yet asks later.
    added.forEach(revocations::add);
    boolean ofUsersOnly = true;
    for (Revocation revocation : added) {
      if (revocation.kind().isOfUser()) {
        connections.forEachOf(revocation.id(), this::closeIfRevoked);
      } else {
        ofUsersOnly = false;
      }
    }
    if (!ofUsersOnly) {
      connections.forEach(this::closeIfRevoked);
    }
  }

  /** A connection can be found from now on; it may have been revoked just before. */
  void opened(Connection connection) {
    closeIfRevoked(connection);
  }

  /** What a newer token says. */
  Verification verify(String token) {
    return tokens.verify(token);
  }

  /** The same user goes on with a newer token. Threading: event loop of the connection. */
  void renewed(Connection connection, Principal principal) {
    connection.refresh(principal);
    // Revoked after it was verified, and before it could be found.
    closeIfRevoked(connection);
  }

  /** The token of another user was brought. Threading: event loop of the connection. */
  void mistaken(Connection connection) {
    close(connection, CloseReason.TOKEN_REJECTED);
  }

  private void closeIfRevoked(Connection connection) {
    switch (revocations.statusOf(connection.principal())) {
      case IN_FORCE -> {}
      case USER_REVOKED -> close(connection, CloseReason.KICKED);
      case TOKEN_REVOKED -> close(connection, CloseReason.TOKEN_REJECTED);
    }
  }

  private void close(Connection connection, CloseReason reason) {
    metrics.closed(reason.code());
    connection.close(reason);
  }
}
