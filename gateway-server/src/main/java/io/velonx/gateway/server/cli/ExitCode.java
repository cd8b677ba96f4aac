package io.velonx.gateway.server.cli;

/** What a command says to the shell. */
final class ExitCode {
  static final int OK = 0;

  /** The answer is no: unhealthy, refused, or the node could not do its work. */
  static final int FAILED = 1;

  /** The command line or a setting is wrong. */
  static final int USAGE = 2;

  /** No node answered. */
  static final int UNREACHABLE = 3;

  /** The same, for help texts. */
  static final String[] DESCRIPTIONS = {
    "0:done; healthy; accepted",
    "1:failed; unhealthy; refused",
    "2:the command line or a setting is wrong",
    "3:no node answered"
  };

  private ExitCode() {}
}
