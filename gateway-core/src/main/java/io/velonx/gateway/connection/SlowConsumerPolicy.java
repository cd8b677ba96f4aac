package io.velonx.gateway.connection;

/**
 * How far a reader may fall behind before it costs him frames, and then the connection.
 *
 * @param dropAboveBytes with more than this waiting, ephemeral frames are left out
 * @param closeAboveBytes with more than this waiting, the connection is closed
 */
public record SlowConsumerPolicy(int dropAboveBytes, int closeAboveBytes) {
  /**
   * 64 KiB is about what a healthy socket takes in one round trip; 1 MiB is some five thousand chat
   * messages, more than a page that still reads ever leaves waiting.
   */
  public static final SlowConsumerPolicy DEFAULT = new SlowConsumerPolicy(64 * 1024, 1024 * 1024);

  public SlowConsumerPolicy {
    if (dropAboveBytes < 1) {
      throw new IllegalArgumentException("dropAboveBytes: " + dropAboveBytes + " (expected: > 0)");
    }
    if (closeAboveBytes < dropAboveBytes) {
      throw new IllegalArgumentException(
          "closeAboveBytes: " + closeAboveBytes + " (expected: >= dropAboveBytes)");
    }
  }
}
