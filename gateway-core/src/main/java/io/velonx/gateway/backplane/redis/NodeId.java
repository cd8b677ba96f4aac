package io.velonx.gateway.backplane.redis;

import java.util.random.RandomGenerator;

/**
 * Names one life of one node: a name for people, and chance, so that a restarted node never takes
 * itself for its predecessor.
 *
 * @param text letters, digits, dots, dashes and underscores
 */
public record NodeId(String text) {
  private static final int MAX_NAME_LENGTH = 64;

  public NodeId {
    if (!text.matches("[A-Za-z0-9._-]{1,80}")) {
      throw new IllegalArgumentException("node id: expected [A-Za-z0-9._-]{1,80}");
    }
  }

  /** An id for a process that starts now; what a name may not hold becomes a dash. */
  public static NodeId create(String name, RandomGenerator random) {
    String plain = name.replaceAll("[^A-Za-z0-9._-]", "-");
    String shortened = plain.substring(0, Math.min(MAX_NAME_LENGTH, plain.length()));
    return new NodeId(shortened + "-" + Integer.toHexString(random.nextInt()));
  }

  @Override
  public String toString() {
    return text;
  }
}
