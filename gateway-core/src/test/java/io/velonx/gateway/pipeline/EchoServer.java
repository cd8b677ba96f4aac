package io.velonx.gateway.pipeline;

import io.velonx.gateway.connection.SlowConsumerPolicy;

/**
 * The pipeline with an echo behind it, for conformance suites; {@code scripts/conformance} starts
 * it.
 *
 * <p>Messages may be as large as those suites send, and compression is on.
 */
final class EchoServer {
  private static final int MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

  private EchoServer() {}

  /** Serves until it is killed; the argument is the port. */
  public static void main(String[] args) {
    PipelineConfig config =
        new TestConfig()
            .maxMessageBytes(MAX_MESSAGE_BYTES)
            // Section 9 sends 4 MiB in fragments of 64 octets.
            .maxFragments(1_000_000)
            .slowConsumerPolicy(
                new SlowConsumerPolicy(4 * MAX_MESSAGE_BYTES, 4 * MAX_MESSAGE_BYTES))
            .compression(true)
            .build();
    try (PipelineServer server =
        new PipelineServer(config, new EchoListener(), Integer.parseInt(args[0]))) {
      System.out.println("listening port=" + server.port());
      server.awaitEnd();
    }
  }
}
