package io.velonx.gateway.server;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A program that tests need and a machine may lack. */
final class RequiredTool {
  private RequiredTool() {}

  /** Goes on where it is installed; otherwise skips the test, and fails it when {@code CI=true}. */
  static void require(String name) {
    boolean found =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, name)));
    if (!found) {
      String message = "SKIPPED, because '" + name + "' is not installed";
      Assertions.assertNotEquals("true", System.getenv("CI"), message);
      System.err.println("*** " + message + " ***");
      Assumptions.abort(message);
    }
  }
}
