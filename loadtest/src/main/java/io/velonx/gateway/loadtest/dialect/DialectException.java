package io.velonx.gateway.loadtest.dialect;

/** A dialect file is wrong; the message names the file, the line and what was expected. */
public final class DialectException extends Exception {
  private static final long serialVersionUID = 1;

  DialectException(String file, int line, String problem) {
    super(file + (line > 0 ? ":" + line : "") + ": " + problem);
  }
}
