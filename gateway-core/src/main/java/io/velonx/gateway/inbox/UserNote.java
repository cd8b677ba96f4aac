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

  /**
   * The envelope has a place in the inbox, given by a gateway. Behind it may stand the node whose
   * other connections heard it before.
   */
  static final String KEPT = "#";

  /**
   * The envelope will have a place in the inbox: for connections that do not read theirs. Never
   * leaves the node.
   */
  static final String UNPLACED = "~";

  private static final String EXCEPT = "-";

  /** Numbers of connections are unique on one node only. */
  private final String node = Stamp.freshEpoch();

  /** The envelope is for all connections of the user but this one. */
  public String except(Connection connection) {
    return EXCEPT + node + "." + connection.id();
  }

  /** With an envelope that was given to connections of this node as {@link #UNPLACED}. */
  String keptAndHeardHere() {
    return KEPT + node;
  }

  /** Whether the envelope is only for connections that read their inbox. */
  public boolean isHeardHere(String note) {
    return note.length() > KEPT.length() && note.equals(keptAndHeardHere());
  }

  /** Whether the envelope is only for connections that do not read their inbox. */
  public static boolean isUnplaced(String note) {
    return note.equals(UNPLACED);
  }

  /** Whether the envelope is not for this connection. */
  public boolean excludes(String note, Connection connection) {
    return note.startsWith(EXCEPT) && note.equals(except(connection));
  }

  /** Whether the place in the envelope is one in the inbox, and not what a back end wrote. */
  public static boolean isKept(String note) {
    return note.startsWith(KEPT);
  }

  /** Whether there is no envelope, but something to look for. */
  public static boolean isLook(String note) {
    return note.equals(LOOK);
  }
}
