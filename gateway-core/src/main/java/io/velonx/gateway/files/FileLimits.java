package io.velonx.gateway.files;

import java.time.Duration;
import java.util.Set;

/**
 * What may be uploaded and how much of it is kept.
 *
 * @param maxSize octets of one file
 * @param types content types that are taken, in small letters
 * @param quota octets of one user
 * @param total octets of all users together
 * @param maxUploads uploads at once, on one node
 * @param resume how long an upload waits to be resumed before it is deleted
 * @param keep how long a file is kept; zero for as long as nobody deletes it
 */
public record FileLimits(
    long maxSize,
    Set<String> types,
    long quota,
    long total,
    int maxUploads,
    Duration resume,
    Duration keep) {
  /** Uploads at once of one user, so that nobody takes all of a node's. */
  public static final int UPLOADS_PER_USER = 4;

  /** What everybody shows without running it. */
  public static final FileLimits DEFAULT =
      new FileLimits(
          25L * 1024 * 1024,
          Set.of(
              "image/png",
              "image/jpeg",
              "image/gif",
              "image/webp",
              "application/pdf",
              "application/zip",
              "text/plain"),
          250L * 1024 * 1024,
          10L * 1024 * 1024 * 1024,
          64,
          Duration.ofMinutes(15),
          Duration.ZERO);

  public FileLimits {
    types = Set.copyOf(types);
    atLeastOne("maxSize", maxSize);
    atLeastOne("quota", quota);
    atLeastOne("total", total);
    atLeastOne("maxUploads", maxUploads);
    if (resume.isNegative() || resume.isZero() || keep.isNegative()) {
      throw new IllegalArgumentException(
          "resume: " + resume + ", keep: " + keep + " (expected: > 0, >= 0)");
    }
  }

  private static void atLeastOne(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }
}
