package io.velonx.gateway.loadtest.dialect;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a {@link Template} may name, as {@code ${name}}. */
public enum Variable {
  /** The index of the connection, from 0. */
  CONNECTION,
  /** The number of the user: the index of the connection modulo the number of users. */
  USER,
  /** The number of the room. */
  ROOM,
  /** The place of the room among those of this connection, from 1. */
  SLOT,
  /** An HS256 token for this connection. */
  TOKEN,
  /** The number of the publication, from 1, among those of its room and publisher. */
  SEQUENCE,
  /** What receivers look for: room, publisher, sequence and time of a publication. */
  MARKER,
  /** As many letters as the body lacks to its size; at most once in the body. */
  PADDING,
  /** The whole body of the publication. */
  BODY,
  /** How many octets the body has. */
  LENGTH,
  /** The last offset this connection saw in its room, for {@code resume}. */
  OFFSET,
  /** The epoch of that offset. */
  EPOCH;

  static @Nullable Variable named(String name) {
    for (Variable variable : values()) {
      if (variable.spelling().equals(name)) {
        return variable;
      }
    }
    return null;
  }

  String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }
}
