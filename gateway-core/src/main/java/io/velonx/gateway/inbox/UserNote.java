package io.velonx.gateway.inbox;

import io.velonx.gateway.backplane.Stamp;
import io.velonx.gateway.connection.Connection;

/**
 * What a node tells others along with an envelope for a user. Threading: any thread.
 *
 * <p>A back end that publishes to a user in Redis has nothing to tell.
 */
public final class UserNote {
  /** The envelope is empty: something may be in the inbox that was not pushed. */
  static final String LOOK = "?";

  /** The envelope has a place in the inbox, given by a gateway. */
  static final String KEPT = "#";

  private static final String EXCEPT = "-";

  /** Numbers of connections are unique on one node only. */
  private final String node = Stamp.freshEpoch();

  /** The envelope is for all connections of the user but this one. */
  public String except(Connection connection) {
    return EXCEPT + node + "." + connection.id();
  }

  /** Whether the envelope is not for this connection. */
  public boolean excludes(String note, Connection connection) {
    return note.startsWith(EXCEPT) && note.equals(except(connection));
  }

  /** Whether the place in the envelope is one in the inbox, and not what a back end wrote. */
  public static boolean isKept(String note) {
    return note.equals(KEPT);
  }

  /** Whether there is no envelope, but something to look for. */
  public static boolean isLook(String note) {
    return note.equals(LOOK);
  }
}
