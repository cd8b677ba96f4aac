package io.velonx.gateway.server;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A program that tests need and a machine may lack. */
public final class RequiredTool {
  private RequiredTool() {}

  /** Goes on where it is installed; otherwise skips the test, and fails it when {@code CI=true}. */
  public static Path require(String name) {
    Optional<Path> found =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
            .map(folder -> Path.of(folder, name))
            .filter(Files::isExecutable)
            .findFirst();
    return found.orElseGet(
        () -> {
          String message = "SKIPPED, because '" + name + "' is not installed";
          Assertions.assertNotEquals("true", System.getenv("CI"), message);
          System.err.println("*** " + message + " ***");
          return Assumptions.abort(message);
        });
  }
}
