package io.velonx.gateway.protocol;

import org.jspecify.annotations.Nullable;

/** What came of one text message: a {@link Command}, or the reason why it is none. */
public sealed interface DecodedCommand permits Command, DecodedCommand.Rejected {
  /** The client's own id of the command, at most 64 characters; asks for exactly one answer. */
  @Nullable String id();

  /**
   * Not a command.
   *
   * @param error one sentence for the developer at the other end; never what the client sent
   */
  record Rejected(@Nullable String id, ErrorCode code, String error) implements DecodedCommand {}
}
