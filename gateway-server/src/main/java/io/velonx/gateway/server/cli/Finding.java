package io.velonx.gateway.server.cli;

import org.jspecify.annotations.Nullable;

/**
 * One thing the doctor looked at.
 *
 * @param advice what to do about it; null when nothing
 */
record Finding(String what, Level level, String detail, @Nullable String advice) {
  static Finding good(String what, String detail) {
    return new Finding(what, Level.OK, detail, null);
  }

  static Finding warning(String what, String detail, String advice) {
    return new Finding(what, Level.WARN, detail, advice);
  }

  static Finding failure(String what, String detail, String advice) {
    return new Finding(what, Level.FAIL, detail, advice);
  }

  /** Good or not, with the same words otherwise. */
  static Finding of(boolean good, String what, String detail, String advice) {
    return good ? good(what, detail) : warning(what, detail, advice);
  }

  /** How bad it is. */
  enum Level {
    OK,
    WARN,
    FAIL
  }
}
